// Accuracy of several labels: the share of right answers.
import { safeDivide } from "../average.ts";
import type { Counts } from "../stat-scores.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/**
 * Share of the known entries of a label that are answered right: `(tp + tn) / (tp + tn + fp + fn)`, as in torchmetrics. Where
 * labels are seldom present it is high for a model that never predicts any. scikit-learn's `accuracy_score` of indicator
 * matrices is `MultilabelExactMatch`; this one with `micro` is 1 less its `hamming_loss`.
 */
export class MultilabelAccuracy<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "accuracy", direction: "higher" }, options, shareRight);
  }
}

function shareRight({ tp, fp, tn, fn }: Counts): number {
  return safeDivide(tp + tn, tp + tn + fp + fn);
}
