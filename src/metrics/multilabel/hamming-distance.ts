// The Hamming distance of several labels: the share of wrong answers.
import { safeDivide } from "../average.ts";
import type { Counts } from "../stat-scores.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/**
 * Share of the known entries of a label that are answered wrong: `1 - (tp + tn) / (tp + tn + fp + fn)`, as in torchmetrics, and so
 * 1 for a label of which nothing is known. With `micro` it is scikit-learn's `hamming_loss`.
 */
export class MultilabelHammingDistance<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "hamming_distance", direction: "lower" }, options, shareWrong);
  }
}

function shareWrong({ tp, fp, tn, fn }: Counts): number {
  return 1 - safeDivide(tp + tn, tp + tn + fp + fn);
}
