// Metrics of pictures with several labels: by default mean average precision, F1 at a probability of 0.5, whole pictures, each label.
import type { HostTensor, LabelRange } from "../../core/index.ts";
import {
  type ClassificationMetric,
  MultilabelAveragePrecision,
  MultilabelExactMatch,
  MultilabelF1Score,
} from "../../metrics/index.ts";
import { type MetricSets, TaskMetrics, toFloat32 } from "../metric-sets.ts";

/** Metrics of one stage; entries that are not known do not count. */
export class MultiLabelMetrics extends TaskMetrics {
  /** @param logits [N, C]; @param labels [N, C] of 1, 0 and -1 for what is not known */
  override update(logits: HostTensor, labels: HostTensor): void {
    this.collection.update(toFloat32(logits), toFloat32(labels));
  }
}

/** `f1` (micro) in training; in validation and test `map`, `f1` (macro), `acc_subset` and `ap`, of each label. */
export function multiLabelMetricSets({
  numClasses: numLabels,
  thresholds: threshold,
}: LabelRange): MetricSets {
  const evaluation = (): Readonly<Record<string, ClassificationMetric>> => ({
    map: new MultilabelAveragePrecision({ numLabels, scores: "logits" }),
    f1: new MultilabelF1Score({ numLabels, scores: "logits", threshold, average: "macro" }),
    acc_subset: new MultilabelExactMatch({ numLabels, scores: "logits", threshold }),
    ap: new MultilabelAveragePrecision({ numLabels, scores: "logits", average: "none" }),
  });
  const f1 = new MultilabelF1Score({ numLabels, scores: "logits", threshold, average: "micro" });
  return { train: { f1 }, val: evaluation(), test: evaluation() };
}
