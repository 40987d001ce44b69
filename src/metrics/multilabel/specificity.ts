// Specificity of several labels.
import { specificityOf } from "../specificity.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/** Share of the samples without a label for which it was not predicted: `tn / (tn + fp)`; 0 for a label that is never absent. */
export class MultilabelSpecificity<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "specificity", direction: "higher" }, options, specificityOf);
  }
}
