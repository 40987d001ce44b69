// Multiclass specificity.
import { type Average, safeDivide } from "./average.ts";
import { type Counts, StatScoreMetric, type StatScoreOptions } from "./stat-scores.ts";

/** Share of the samples of other classes that were not taken for this class: `tn / (tn + fp)`. */
export class MulticlassSpecificity<A extends Average = "macro"> extends StatScoreMetric<A> {
  constructor(options: StatScoreOptions<A>) {
    super({ name: "specificity", unit: "ratio", direction: "higher" }, options);
  }

  protected score(counts: Counts): number {
    return specificityOf(counts);
  }
}

/** `tn / (tn + fp)`; 0 without negatives. */
export function specificityOf({ tn, fp }: Counts): number {
  return safeDivide(tn, tn + fp);
}
