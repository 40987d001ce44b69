// The Matthews correlation coefficient of labels and predictions.
import { ClassificationMetric, type ClassificationMetricOptions } from "./classification-metric.ts";
import { ConfusionCounts } from "./confusion-matrix.ts";

/** Machine epsilon of float32. */
const EPSILON = 2 ** -23;

/**
 * Correlation of labels and predictions over K classes, -1 to 1 (Gorodkin 2004).
 *
 * 0 where labels or predictions are all of one class. With two classes this case is 1 or -1 when all or none are
 * right, and otherwise the limit that the reference library takes: numerator and denominator with float32 epsilon added.
 */
export class MulticlassMatthewsCorrCoef extends ClassificationMetric<ConfusionCounts, number> {
  constructor(options: ClassificationMetricOptions) {
    super({ name: "matthews_corr_coef", unit: "1", direction: "higher" }, new ConfusionCounts(options));
  }

  compute(): number {
    const { labels, predictions, correct, all } = this.accumulator.totals();
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, c) => sum + x * b[c]!, 0);
    const covariance = correct * all - dot(labels, predictions);
    const variances = (all ** 2 - dot(predictions, predictions)) * (all ** 2 - dot(labels, labels));
    if (variances !== 0) return covariance / Math.sqrt(variances);
    if (this.accumulator.numClasses > 2 || all === 0) return 0;
    if (correct === all) return 1;
    if (correct === 0) return -1;
    const product = [...labels, ...predictions].reduce((sum, count) => sum * (count + EPSILON), 1);
    return (Math.sqrt(EPSILON) * (2 * correct - all)) / Math.sqrt(product);
  }
}
