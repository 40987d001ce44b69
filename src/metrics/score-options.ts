// Options of the metrics that read probabilities.
import type { ScoreKind } from "./classification-batch.ts";
import { type ClassificationMetricOptions, checkNumClasses, optionError } from "./classification-metric.ts";

/** Those of all classification metrics, and what the scores are. */
export interface ScoreMetricOptions extends ClassificationMetricOptions {
  /**
   * What the scores are (default `auto`: logits when any score of a batch lies outside [0, 1], probabilities
   * otherwise). Say `logits` where logits may all lie between 0 and 1.
   */
  readonly scores?: ScoreKind | undefined;
}

/** The options with their defaults, and the text of them that goes into an accumulator's key. */
export function scoreOptions(options: ScoreMetricOptions): {
  numClasses: number;
  ignoreIndex: number | undefined;
  scores: ScoreKind;
  key: string;
} {
  const { numClasses, ignoreIndex, scores = "auto" } = options;
  checkNumClasses(numClasses);
  checkScoreKind(scores);
  const key = `num_classes=${numClasses},scores=${scores},ignore_index=${ignoreIndex ?? "none"}`;
  return { numClasses, ignoreIndex, scores, key };
}

/** @throws ClassifierTrainingError `METRIC_OPTION` unless `scores` is a `ScoreKind`. */
export function checkScoreKind(scores: string): void {
  if (["auto", "logits", "probabilities"].includes(scores)) return;
  throw optionError(`scores is ${scores}, not one of auto, logits, probabilities`);
}
