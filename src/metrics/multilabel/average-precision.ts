// Average precision of several labels; its mean over labels is known as mAP.
import { averagePrecision } from "../average-precision.ts";
import type { OperatingPoints } from "../operating-points.ts";
import { RankingMetric } from "../ranking-metric.ts";
import type { MultilabelBatch } from "./multilabel-batch.ts";
import {
  type LabelRankingAverage,
  type LabelRankingOptions,
  multilabelPoints,
  RANKING_AVERAGES,
} from "./ranked-labels.ts";

/**
 * Mean of the precisions at each threshold, weighted by the gain in recall (no interpolation), as in torchmetrics: a label that
 * is never present is NaN and left out of the mean; with `thresholds` it is 0 and counts. scikit-learn's
 * `average_precision_score` gives such a label 0, and is the same otherwise.
 */
export class MultilabelAveragePrecision<A extends LabelRankingAverage = "macro"> extends RankingMetric<
  OperatingPoints<MultilabelBatch>,
  A
> {
  constructor(options: LabelRankingOptions<A>) {
    super(
      "average_precision",
      multilabelPoints(options),
      averagePrecision,
      options.average ?? ("macro" as A),
      RANKING_AVERAGES,
    );
  }
}
