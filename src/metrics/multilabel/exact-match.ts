// Subset accuracy: the share of samples all of whose labels are right.
import { ClassificationMetric } from "../classification-metric.ts";
import type { MeanOverSamples } from "./mean-over-samples.ts";
import type { DecisionOptions } from "./options.ts";
import { sampleRatios } from "./sample-ratios.ts";

/**
 * Share of the samples of which every known entry is predicted right; samples of which nothing is known do not count; NaN without
 * data. Where everything is known, the same as torchmetrics' and as scikit-learn's `accuracy_score` of indicator matrices.
 */
export class MultilabelExactMatch extends ClassificationMetric<MeanOverSamples, number> {
  constructor(options: DecisionOptions) {
    super(
      { name: "exact_match", unit: "ratio", direction: "higher" },
      sampleRatios("exact_match", options, ({ fp, fn }) => Number(fp + fn === 0)),
    );
  }

  compute(): number {
    return this.accumulator.mean();
  }
}
