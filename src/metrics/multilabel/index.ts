// Metrics of samples that may have several labels: each label is a question of its own.
export { MultilabelAveragePrecision } from "./average-precision.ts";
export { MultilabelExactMatch } from "./exact-match.ts";
export { MultilabelF1Score, type MultilabelFBetaOptions, MultilabelFBetaScore } from "./f-beta.ts";
export { type LabelScores, type LabelTargets, MultilabelBatch } from "./multilabel-batch.ts";
export type { DecisionOptions, MultilabelMetricOptions } from "./options.ts";
export type { LabelRankingAverage, LabelRankingOptions } from "./ranked-labels.ts";
export type { LabelAverage, RatioOptions } from "./ratio-metric.ts";
