// Multiclass recall.
import { type Average, safeDivide } from "./average.ts";
import { type Counts, StatScoreMetric, type StatScoreOptions } from "./stat-scores.ts";

/** Share of the samples of a class that were found: `tp / (tp + fn)`; 0 for a class without labels. */
export class MulticlassRecall<A extends Average = "macro"> extends StatScoreMetric<A> {
  constructor(options: StatScoreOptions<A>) {
    super({ name: "recall", unit: "ratio", direction: "higher" }, options, "labels-when-top-k");
  }

  protected score(counts: Counts): number {
    return recallOf(counts);
  }
}

/** `tp / (tp + fn)`; 0 without positives. */
export function recallOf({ tp, fn }: Counts): number {
  return safeDivide(tp, tp + fn);
}
