// Operating points of each label: samples that have it against those that have not.
import { type OperatingPoints, operatingPoints, type RankingThresholds } from "../operating-points.ts";
import type { RankingAverage } from "../ranking-metric.ts";
import { MultilabelBatch } from "./multilabel-batch.ts";
import { checkedOptions, type MultilabelMetricOptions } from "./options.ts";

/** As for other rankings; `micro` ranks the entries of all labels as one. */
export type LabelRankingAverage = RankingAverage | "micro";

/** The names of these averages. */
export const RANKING_AVERAGES: readonly string[] = [
  "micro",
  "macro",
  "weighted",
  "none",
] satisfies LabelRankingAverage[];

/** What the scores are, how exact the ranking is, and how labels are averaged. */
export interface LabelRankingOptions<A extends LabelRankingAverage = "macro">
  extends MultilabelMetricOptions,
    RankingThresholds {
  /** Default `macro`. */
  readonly average?: A | undefined;
}

/** Over the entries that are known. */
export function multilabelPoints(
  options: MultilabelMetricOptions & RankingThresholds,
): OperatingPoints<MultilabelBatch> {
  const { numLabels, scores, key } = checkedOptions(options);
  return operatingPoints(
    {
      batches: MultilabelBatch,
      columns: numLabels,
      key,
      labelWidth: numLabels,
      rows: (batch) => ({
        probabilities: batch.probabilities(scores, numLabels).slice(),
        labels: Int32Array.from(batch.targets),
      }),
      truth: (labels, sample, label) => labels[sample * numLabels + label]!,
    },
    options.thresholds,
  );
}
