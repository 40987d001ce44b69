// A confusion matrix for each label: present or absent, predicted or not.
import type { HostTensor } from "../../core/index.ts";
import { safeDivide } from "../average.ts";
import { ClassificationMetric } from "../classification-metric.ts";
import { type ConfusionNormalization, checkNormalization } from "../confusion-matrix.ts";
import type { Counts } from "../stat-scores.ts";
import { LabelCounts } from "./label-counts.ts";
import type { DecisionOptions } from "./options.ts";

/** When a label counts as predicted, and what the counts are divided by. */
export interface LabelConfusionOptions extends DecisionOptions {
  /** Default `none`. An empty row or column stays 0. */
  readonly normalize?: ConfusionNormalization | undefined;
}

/**
 * `[L, 2, 2]`: for each label `[[tn, fp], [fn, tp]]`, rows being absent and present, columns what was predicted; as torchmetrics'
 * and scikit-learn's `multilabel_confusion_matrix`.
 */
export class MultilabelConfusionMatrix extends ClassificationMetric<LabelCounts, HostTensor<"float64">> {
  readonly normalize: ConfusionNormalization;

  constructor(options: LabelConfusionOptions) {
    const normalize = options.normalize ?? "none";
    checkNormalization(normalize);
    const unit = normalize === "none" ? "count" : "ratio";
    super({ name: "confusion_matrix", unit, direction: "none" }, new LabelCounts(options));
    this.normalize = normalize;
  }

  compute(): HostTensor<"float64"> {
    const data = Float64Array.from(this.accumulator.all().flatMap((counts) => this.#cells(counts)));
    return { dtype: "float64", shape: [this.accumulator.numLabels, 2, 2], data };
  }

  #cells({ tp, fp, tn, fn }: Counts): number[] {
    const all = tp + fp + tn + fn;
    const divisors = {
      none: [1, 1, 1, 1],
      true: [tn + fp, tn + fp, fn + tp, fn + tp],
      pred: [tn + fn, fp + tp, tn + fn, fp + tp],
      all: [all, all, all, all],
    }[this.normalize];
    return [tn, fp, fn, tp].map((count, i) => safeDivide(count, divisors[i]!));
  }
}
