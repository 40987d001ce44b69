// The multiclass hinge loss.
import { ClassificationMetric } from "./classification-metric.ts";
import { SampleMean } from "./sample-mean.ts";
import type { ScoreMetricOptions } from "./score-options.ts";

/** Mean of `max(0, 1 - p_label + max of the other p)` over probabilities p (Crammer and Singer 2001). */
export class MulticlassHingeLoss extends ClassificationMetric<SampleMean, number> {
  constructor(options: ScoreMetricOptions) {
    super(
      { name: "hinge_loss", unit: "1", direction: "lower" },
      new SampleMean("hinge_loss", options, "probabilities", hinge),
    );
  }

  compute(): number {
    return this.accumulator.mean();
  }
}

function hinge(probabilities: Float32Array, start: number, numClasses: number, label: number): number {
  let other = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < numClasses; c++) if (c !== label) other = Math.max(other, probabilities[start + c]!);
  return Math.max(0, 1 - probabilities[start + label]! + other);
}
