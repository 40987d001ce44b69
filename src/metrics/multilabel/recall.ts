// Recall of several labels.
import { recallOf } from "../recall.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/** Share of the samples with a label that were found: `tp / (tp + fn)`; 0 for a label that is never present. */
export class MultilabelRecall<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "recall", direction: "higher" }, options, recallOf);
  }
}
