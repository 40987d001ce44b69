// Metrics of pictures of one class each: by default top-1, top-5 and per-class accuracy.
import { type HostTensor, type LabelRange, toNumbers } from "../../core/index.ts";
import { type ClassificationMetric, MulticlassAccuracy } from "../../metrics/index.ts";
import { type MetricSets, TaskMetrics, toFloat32 } from "../metric-sets.ts";

/** Metrics of one stage; labels may be soft (their largest entry counts). */
export class MultiClassMetrics extends TaskMetrics {
  /** @param logits [N, C]; @param labels [N], or target probabilities [N, C] */
  override update(logits: HostTensor, labels: HostTensor): void {
    const classes = labels.shape.length === 1 ? Int32Array.from(toNumbers(labels.data)) : largest(labels);
    this.collection.update(toFloat32(logits), classes);
  }
}

/** `acc_top1` in training; in validation and test also `acc_top5` (or top-C) and `acc_class`. */
export function multiClassMetricSets({ numClasses, ignoreIndex }: LabelRange): MetricSets {
  const labels = { numClasses, ignoreIndex };
  const top = (topK: number): ClassificationMetric =>
    new MulticlassAccuracy({ ...labels, average: "micro", topK });
  const evaluation = (): MetricSets["val"] => ({
    acc_top1: top(1),
    acc_top5: top(Math.min(5, numClasses)),
    acc_class: new MulticlassAccuracy({ ...labels, average: "none" }),
  });
  return { train: { acc_top1: top(1) }, val: evaluation(), test: evaluation() };
}

/** Index of the largest entry of each row, the first of equals. */
function largest({ shape, data }: HostTensor): Int32Array {
  const [rows, columns] = shape as [number, number];
  return Int32Array.from({ length: rows }, (_, row) => {
    const entries = Array.from(data.slice(row * columns, (row + 1) * columns) as ArrayLike<number>);
    return entries.indexOf(Math.max(...entries));
  });
}
