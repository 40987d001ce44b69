// Area under the receiver operating characteristic curve of several labels.
import { areaUnderCurve } from "../auroc.ts";
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
 * The chance that a sample with the label scores higher for it than one without, ties counting half; by the trapezoidal rule over
 * the curve. A label that is always or never present scores 0 and counts in the mean, as in torchmetrics; scikit-learn's
 * `roc_auc_score` refuses such labels, and is the same otherwise.
 */
export class MultilabelAUROC<A extends LabelRankingAverage = "macro"> extends RankingMetric<
  OperatingPoints<MultilabelBatch>,
  A
> {
  constructor(options: LabelRankingOptions<A>) {
    super(
      "auroc",
      multilabelPoints(options),
      areaUnderCurve,
      options.average ?? ("macro" as A),
      RANKING_AVERAGES,
    );
  }
}
