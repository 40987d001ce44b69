// The confusion matrix: how often each class was predicted for each label.
import type { HostTensor } from "../core/index.ts";
import { safeDivide } from "./average.ts";
import { ClassificationBatch } from "./classification-batch.ts";
import {
  type Accumulator,
  ClassificationMetric,
  type ClassificationMetricOptions,
  checkNumClasses,
  optionError,
} from "./classification-metric.ts";
import { FromSums, Sums } from "./sums.ts";

/** Counts `[label, prediction]`, shared by every metric that is a function of the confusion matrix. */
export class ConfusionCounts extends FromSums implements Accumulator<ClassificationBatch> {
  readonly key: string;
  readonly batches: typeof ClassificationBatch = ClassificationBatch;
  readonly numClasses: number;
  readonly ignoreIndex: number | undefined;
  protected override readonly sums: Sums<"counts">;

  constructor({ numClasses, ignoreIndex }: ClassificationMetricOptions) {
    super();
    checkNumClasses(numClasses);
    this.key = `confusion(num_classes=${numClasses},ignore_index=${ignoreIndex ?? "none"})`;
    this.numClasses = numClasses;
    this.ignoreIndex = ignoreIndex;
    this.sums = new Sums({ counts: [numClasses, numClasses] });
  }

  update(batch: ClassificationBatch): void {
    const { counts, numClasses } = this;
    const { labels, predicted } = batch;
    for (const sample of batch.counted(numClasses, this.ignoreIndex)) {
      counts[labels[sample]! * numClasses + predicted[sample]!]!++;
    }
  }

  /** Row-major `[C, C]`: rows are labels, columns predictions. */
  get counts(): Float64Array {
    return this.sums.of("counts");
  }

  /** Sums over rows (one per label), over columns (one per prediction), of the diagonal and of everything. */
  totals(): { labels: Float64Array; predictions: Float64Array; correct: number; all: number } {
    const { counts, numClasses } = this;
    const labels = new Float64Array(numClasses);
    const predictions = new Float64Array(numClasses);
    let correct = 0;
    let all = 0;
    for (let i = 0; i < counts.length; i++) {
      const label = Math.floor(i / numClasses);
      const prediction = i % numClasses;
      labels[label]! += counts[i]!;
      predictions[prediction]! += counts[i]!;
      if (label === prediction) correct += counts[i]!;
      all += counts[i]!;
    }
    return { labels, predictions, correct, all };
  }
}

/** Divide each count by its row's sum (`true`), its column's (`pred`), the total (`all`), or not (`none`). */
export type ConfusionNormalization = "none" | "true" | "pred" | "all";

/** Those of all classification metrics, and what the counts are divided by. */
export interface ConfusionMatrixOptions extends ClassificationMetricOptions {
  /** Default `none`. An empty row or column stays 0. */
  readonly normalize?: ConfusionNormalization | undefined;
}

/** `[C, C]`: rows are the true classes, columns the predicted ones. */
export class MulticlassConfusionMatrix extends ClassificationMetric<ConfusionCounts, HostTensor<"float64">> {
  readonly normalize: ConfusionNormalization;

  constructor(options: ConfusionMatrixOptions) {
    const normalize = options.normalize ?? "none";
    checkNormalization(normalize);
    const unit = normalize === "none" ? "count" : "ratio";
    super({ name: "confusion_matrix", unit, direction: "none" }, new ConfusionCounts(options));
    this.normalize = normalize;
  }

  compute(): HostTensor<"float64"> {
    const { numClasses, counts } = this.accumulator;
    const { labels, predictions, all } = this.accumulator.totals();
    const divisor = {
      none: () => 1,
      true: (i: number) => labels[Math.floor(i / numClasses)]!,
      pred: (i: number) => predictions[i % numClasses]!,
      all: () => all,
    }[this.normalize];
    const data = counts.map((count, i) => safeDivide(count, divisor(i)));
    return { dtype: "float64", shape: [numClasses, numClasses], data };
  }
}

/** @throws ClassifierTrainingError kind "usage" `METRIC_OPTION` unless `normalize` is a `ConfusionNormalization`. */
export function checkNormalization(normalize: string): void {
  if (["none", "true", "pred", "all"].includes(normalize)) return;
  throw optionError(`normalize is ${normalize}, not one of none, true, pred, all`);
}
