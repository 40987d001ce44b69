// The Jaccard index of several labels: intersection over union of labels and predictions.
import { safeDivide } from "../average.ts";
import type { Counts } from "../stat-scores.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/** Samples that have a label and were given it, of those that have it or were: `tp / (tp + fp + fn)`. */
export class MultilabelJaccardIndex<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "jaccard", direction: "higher" }, options, overlap);
  }
}

function overlap({ tp, fp, fn }: Counts): number {
  return safeDivide(tp, tp + fp + fn);
}
