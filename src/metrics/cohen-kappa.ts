// Cohen's kappa: agreement of labels and predictions beyond chance.
import {
  ClassificationMetric,
  type ClassificationMetricOptions,
  optionError,
} from "./classification-metric.ts";
import { ConfusionCounts } from "./confusion-matrix.ts";

/** How much a confusion of classes i and j counts: all the same, `|i - j|`, or `(i - j)^2`. */
export type KappaWeights = "none" | "linear" | "quadratic";

/** Those of all classification metrics, and how disagreements are weighed. */
export interface CohenKappaOptions extends ClassificationMetricOptions {
  /** Default `none`; the others are for classes in an order. */
  readonly weights?: KappaWeights | undefined;
}

/**
 * `1 - sum(w * counts) / sum(w * expected)`, expected being the counts of independent labels and predictions
 * (Cohen 1960, 1968). 1 is full agreement, 0 chance; NaN when only one class occurs.
 */
export class MulticlassCohenKappa extends ClassificationMetric<ConfusionCounts, number> {
  readonly weights: KappaWeights;

  constructor(options: CohenKappaOptions) {
    super({ name: "cohen_kappa", unit: "1", direction: "higher" }, new ConfusionCounts(options));
    this.weights = options.weights ?? "none";
    if (!["none", "linear", "quadratic"].includes(this.weights)) {
      throw optionError(`weights is ${this.weights}, not one of none, linear, quadratic`);
    }
  }

  compute(): number {
    const { counts, numClasses } = this.accumulator;
    const { labels, predictions, all } = this.accumulator.totals();
    let observed = 0;
    let expected = 0;
    for (let label = 0; label < numClasses; label++) {
      for (let prediction = 0; prediction < numClasses; prediction++) {
        const apart = Math.abs(label - prediction);
        const weight =
          this.weights === "none" ? Math.sign(apart) : this.weights === "linear" ? apart : apart ** 2;
        observed += weight * counts[label * numClasses + prediction]!;
        expected += (weight * labels[label]! * predictions[prediction]!) / all;
      }
    }
    return 1 - observed / expected;
  }
}
