// The log loss: negative log-likelihood of the labels.
import { ClassificationMetric } from "./classification-metric.ts";
import { SampleMean } from "./sample-mean.ts";
import type { ScoreMetricOptions } from "./score-options.ts";

/** Machine epsilon of float32: the least probability that is believed. */
export const EPSILON: number = 2 ** -23;

/**
 * Mean of `-log(probability of the label)`, in nats. Logits go through log-softmax, so that large ones lose nothing;
 * given probabilities are raised to at least float32 epsilon.
 */
export class MulticlassLogLoss extends ClassificationMetric<SampleMean, number> {
  constructor(options: ScoreMetricOptions) {
    super(
      { name: "log_loss", unit: "nats", direction: "lower" },
      new SampleMean("log_loss", options, "scores", negativeLogLikelihood),
    );
  }

  compute(): number {
    return this.accumulator.mean();
  }
}

function negativeLogLikelihood(
  scores: Float32Array,
  start: number,
  numClasses: number,
  label: number,
  logits: boolean,
): number {
  if (!logits) return -Math.log(Math.max(scores[start + label]!, EPSILON));
  let maximum = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < numClasses; c++) maximum = Math.max(maximum, scores[start + c]!);
  let sum = 0;
  for (let c = 0; c < numClasses; c++) sum += Math.exp(scores[start + c]! - maximum);
  return Math.log(sum) + maximum - scores[start + label]!;
}
