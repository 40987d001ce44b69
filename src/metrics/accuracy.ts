// Multiclass accuracy.
import { type Average, safeDivide } from "./average.ts";
import { type Counts, StatScoreMetric, type StatScoreOptions } from "./stat-scores.ts";

/**
 * Share of samples whose label was predicted: `tp / (tp + fn)` of each class.
 *
 * The default `macro` is the mean recall over the classes that occur as label or prediction (with `topK` above 1: as
 * label); `micro` is the plain share of all samples. A class without labels scores 0, as does no data at all.
 */
export class MulticlassAccuracy<A extends Average = "macro"> extends StatScoreMetric<A> {
  constructor(options: StatScoreOptions<A>) {
    super({ name: "accuracy", unit: "ratio", direction: "higher" }, options, "labels-when-top-k");
  }

  protected score({ tp, fn }: Counts): number {
    return safeDivide(tp, tp + fn);
  }
}
