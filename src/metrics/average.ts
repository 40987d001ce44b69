// Averaging a per-class score: micro, macro, weighted or not at all.
import { optionError } from "./classification-metric.ts";

/**
 * `micro` pools the counts of all classes, `macro` is the plain mean over the classes that occur, `weighted` the
 * mean weighted by the number of labels of each class, `none` one value per class.
 */
export type Average = "micro" | "macro" | "weighted" | "none";

/** One value, or one per class with `none`. */
export type Averaged<A extends string> = A extends "none" ? Float64Array : number;

const AVERAGES: readonly string[] = ["micro", "macro", "weighted", "none"] satisfies Average[];

/** @throws ClassifierTrainingError `METRIC_OPTION` unless `average` is one of `known`, by default of `Average`. */
export function checkAverage(average: string, known: readonly string[] = AVERAGES): void {
  if (!known.includes(average)) throw optionError(`average is ${average}, not one of ${known.join(", ")}`);
}

/** `numerator / denominator`, and 0 where the denominator is 0. */
export function safeDivide(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

/** The mean of `scores` weighted by `weights`; 0 when all weights are 0. */
export function weightedMean(scores: Float64Array, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let c = 0; c < scores.length; c++) {
    if (weights[c] === 0) continue;
    sum += weights[c]! * scores[c]!;
    total += weights[c]!;
  }
  return safeDivide(sum, total);
}

/** The mean of the scores that are defined, that is, not NaN; NaN where none is. */
export function meanOfDefined(scores: Float64Array): number {
  const defined = scores.filter((score) => !Number.isNaN(score));
  return defined.reduce((sum, score) => sum + score, 0) / defined.length;
}
