// Precision of several labels.
import { precisionOf } from "../precision.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/** Share of the predictions of a label that are right: `tp / (tp + fp)`; 0 for a label that was never predicted. */
export class MultilabelPrecision<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "precision", direction: "higher" }, options, precisionOf);
  }
}
