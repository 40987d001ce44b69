// Streaming classification metrics: update, compute, reset; usable without the rest of the toolkit.
export { MulticlassAccuracy } from "./accuracy.ts";
export { MulticlassAUROC } from "./auroc.ts";
export type { Average, Averaged } from "./average.ts";
export { MulticlassAveragePrecision } from "./average-precision.ts";
export { Bootstrap, type BootstrapOptions, type Interval, type IntervalOf } from "./bootstrap.ts";
export { MulticlassBrierScore } from "./brier-score.ts";
export {
  type CalibrationErrorOptions,
  type CalibrationNorm,
  MulticlassCalibrationError,
  type ReliabilityBin,
} from "./calibration-error.ts";
export {
  ClassificationBatch,
  type Labels,
  type Predictions,
  type ScoreKind,
} from "./classification-batch.ts";
export {
  type Accumulator,
  ClassificationMetric,
  type ClassificationMetricOptions,
  type MetricInput,
} from "./classification-metric.ts";
export { type CohenKappaOptions, type KappaWeights, MulticlassCohenKappa } from "./cohen-kappa.ts";
export { MetricCollection } from "./collection.ts";
export {
  type ConfusionMatrixOptions,
  type ConfusionNormalization,
  MulticlassConfusionMatrix,
} from "./confusion-matrix.ts";
export { type FBetaOptions, MulticlassF1Score, MulticlassFBetaScore } from "./f-beta.ts";
export { MulticlassHammingDistance } from "./hamming-distance.ts";
export { MulticlassHingeLoss } from "./hinge-loss.ts";
export { type JaccardIndexOptions, MulticlassJaccardIndex } from "./jaccard-index.ts";
export { MulticlassLogLoss } from "./log-loss.ts";
export { MulticlassMatthewsCorrCoef } from "./matthews-corr-coef.ts";
export { type McNemarResult, mcnemarTest } from "./mcnemar.ts";
export { MeanMetric, type MeanMetricOptions, type NanStrategy } from "./mean.ts";
export type { Metric, MetricDescription, MetricDirection, MetricState, MetricValue } from "./metric.ts";
export type { BatchKind, MetricBatch } from "./metric-batch.ts";
export * from "./multilabel/index.ts";
export type { RankingOptions, RankingThresholds } from "./operating-points.ts";
export { MulticlassPrecision } from "./precision.ts";
export type { AveragedRankingOptions, RankingAverage } from "./ranking-metric.ts";
export { MulticlassRecall } from "./recall.ts";
export type { ScoreMetricOptions } from "./score-options.ts";
export { MulticlassSpecificity } from "./specificity.ts";
export { MulticlassStatScores, type StatScoreOptions } from "./stat-scores.ts";
