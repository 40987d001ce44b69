// Multiclass precision.
import { type Average, safeDivide } from "./average.ts";
import { type Counts, StatScoreMetric, type StatScoreOptions } from "./stat-scores.ts";

/** Share of the predictions of a class that are right: `tp / (tp + fp)`; 0 where a class was never predicted. */
export class MulticlassPrecision<A extends Average = "macro"> extends StatScoreMetric<A> {
  constructor(options: StatScoreOptions<A>) {
    super({ name: "precision", unit: "ratio", direction: "higher" }, options, "labels-when-top-k");
  }

  protected score(counts: Counts): number {
    return precisionOf(counts);
  }
}

/** `tp / (tp + fp)`; 0 without predictions. */
export function precisionOf({ tp, fp }: Counts): number {
  return safeDivide(tp, tp + fp);
}
