// The Brier score: squared error of the probabilities.
import { ClassificationMetric } from "./classification-metric.ts";
import { SampleMean } from "./sample-mean.ts";
import type { ScoreMetricOptions } from "./score-options.ts";

/**
 * Mean over samples of the sum over classes of `(probability - truth)^2`, truth being 1 for the label and 0 else
 * (Brier 1950): 0 is perfect, 2 the worst.
 */
export class MulticlassBrierScore extends ClassificationMetric<SampleMean, number> {
  constructor(options: ScoreMetricOptions) {
    super(
      { name: "brier_score", unit: "1", direction: "lower" },
      new SampleMean("brier_score", options, "probabilities", squaredError),
    );
  }

  compute(): number {
    return this.accumulator.mean();
  }
}

function squaredError(probabilities: Float32Array, start: number, numClasses: number, label: number): number {
  let sum = 0;
  for (let c = 0; c < numClasses; c++) sum += (probabilities[start + c]! - (c === label ? 1 : 0)) ** 2;
  return sum;
}
