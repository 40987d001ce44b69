// Streaming classification metrics: update, compute, reset; usable without the rest of the toolkit.
export { MulticlassAccuracy } from "./accuracy.ts";
export type { Average, Averaged } from "./average.ts";
export type { Labels, Predictions, ScoreKind } from "./classification-batch.ts";
export { ClassificationMetric, type ClassificationMetricOptions } from "./classification-metric.ts";
export { MetricCollection } from "./collection.ts";
export {
  type ConfusionMatrixOptions,
  type ConfusionNormalization,
  MulticlassConfusionMatrix,
} from "./confusion-matrix.ts";
export { MeanMetric, type MeanMetricOptions, type NanStrategy } from "./mean.ts";
export type { Metric, MetricDescription, MetricDirection, MetricState, MetricValue } from "./metric.ts";
export { MulticlassStatScores, type StatScoreOptions } from "./stat-scores.ts";
