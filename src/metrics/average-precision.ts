// Average precision: the precision-recall curve in one number.
import { safeDivide } from "./average.ts";
import type { ClassificationBatch } from "./classification-batch.ts";
import { type ClassPoints, multiclassPoints, type OperatingPoints } from "./operating-points.ts";
import { type AveragedRankingOptions, type RankingAverage, RankingMetric } from "./ranking-metric.ts";

/**
 * Mean of the precisions at each threshold, weighted by the gain in recall (no interpolation). A class without labels
 * is NaN and left out of the mean; with `thresholds` it is 0 and counts, as in the reference library.
 */
export class MulticlassAveragePrecision<A extends RankingAverage = "macro"> extends RankingMetric<
  OperatingPoints<ClassificationBatch>,
  A
> {
  constructor(options: AveragedRankingOptions<A>) {
    super(
      "average_precision",
      multiclassPoints(options),
      averagePrecision,
      options.average ?? ("macro" as A),
    );
  }
}

/** The average precision of one class or label; without positives NaN, or 0 where thresholds were given. */
export function averagePrecision({ tp, fp, positives }: ClassPoints, exact: boolean): number {
  if (positives === 0) return exact ? Number.NaN : 0;
  let sum = 0;
  for (let i = 0; i < tp.length; i++) {
    const gain = tp[i]! - (i === 0 ? 0 : tp[i - 1]!);
    sum += gain * safeDivide(tp[i]!, tp[i]! + fp[i]!);
  }
  return sum / positives;
}
