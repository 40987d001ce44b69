// Subset accuracy: the share of samples all of whose labels are right.
import { ClassificationMetric } from "../classification-metric.ts";
import type { DecisionOptions } from "./options.ts";
import { SampleRatios } from "./sample-ratios.ts";

/**
 * Share of the samples of which every known entry is predicted right; samples of which nothing is known do not count. 0 without
 * data. The same as torchmetrics' and as scikit-learn's `accuracy_score` of indicator matrices, where everything is known.
 */
export class MultilabelExactMatch extends ClassificationMetric<SampleRatios, number> {
  constructor(options: DecisionOptions) {
    super(
      { name: "exact_match", unit: "ratio", direction: "higher" },
      new SampleRatios("exact_match", options, ({ fp, fn }) => Number(fp + fn === 0)),
    );
  }

  compute(): number {
    return this.accumulator.mean();
  }
}
