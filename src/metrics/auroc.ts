// Area under the receiver operating characteristic curve.
import { safeDivide } from "./average.ts";
import type { ClassificationBatch } from "./classification-batch.ts";
import { type ClassPoints, multiclassPoints, type OperatingPoints } from "./operating-points.ts";
import { type AveragedRankingOptions, type RankingAverage, RankingMetric } from "./ranking-metric.ts";

/**
 * The chance that a sample of the class scores higher for it than one of another class, ties counting half; by the
 * trapezoidal rule over the curve. A class without labels, or with nothing else, scores 0 and counts in the mean.
 */
export class MulticlassAUROC<A extends RankingAverage = "macro"> extends RankingMetric<
  OperatingPoints<ClassificationBatch>,
  A
> {
  constructor(options: AveragedRankingOptions<A>) {
    super("auroc", multiclassPoints(options), areaUnderCurve, options.average ?? ("macro" as A));
  }
}

/** The area of one class or label; 0 without positives or without negatives. */
export function areaUnderCurve({ tp, fp, positives, negatives }: ClassPoints): number {
  let area = 0;
  for (let i = 1; i < tp.length; i++) area += ((fp[i]! - fp[i - 1]!) * (tp[i]! + tp[i - 1]!)) / 2;
  return safeDivide(area, positives * negatives);
}
