// The Hamming distance between labels and predictions.
import { type Average, safeDivide } from "./average.ts";
import { type Counts, StatScoreMetric, type StatScoreOptions } from "./stat-scores.ts";

/** Share of the samples of a class that were missed: `1 - tp / (tp + fn)`; 1 for a class without labels. */
export class MulticlassHammingDistance<A extends Average = "macro"> extends StatScoreMetric<A> {
  constructor(options: StatScoreOptions<A>) {
    super({ name: "hamming_distance", unit: "ratio", direction: "lower" }, options);
  }

  protected score({ tp, fn }: Counts): number {
    return 1 - safeDivide(tp, tp + fn);
  }
}
