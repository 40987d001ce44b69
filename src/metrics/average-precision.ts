// Average precision: the precision-recall curve in one number.
import { safeDivide } from "./average.ts";
import type { ClassPoints } from "./operating-points.ts";
import { type AveragedRankingOptions, type RankingAverage, RankingMetric } from "./ranking-metric.ts";

/**
 * Mean of the precisions at each threshold, weighted by the gain in recall (no interpolation). A class without labels
 * is NaN and left out of the mean; with `thresholds` it is 0 and counts, as in the reference library.
 */
export class MulticlassAveragePrecision<A extends RankingAverage = "macro"> extends RankingMetric<A> {
  constructor(options: AveragedRankingOptions<A>) {
    super({ name: "average_precision", unit: "ratio", direction: "higher" }, options);
  }

  protected score({ tp, fp, positives }: ClassPoints): number {
    if (positives === 0) return this.accumulator.exact ? Number.NaN : 0;
    let sum = 0;
    for (let i = 0; i < tp.length; i++) {
      const gain = tp[i]! - (i === 0 ? 0 : tp[i - 1]!);
      sum += gain * safeDivide(tp[i]!, tp[i]! + fp[i]!);
    }
    return sum / positives;
  }
}
