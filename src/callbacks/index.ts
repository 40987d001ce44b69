// Callbacks: what happens beside training.

export { DatasetStatistics, type DatasetStatisticsOptions } from "./dataset-statistics.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";
export { EMA } from "./ema.ts";
export { GradientNorm, type GradientNormOptions } from "./gradient-norm.ts";
export { LearningRateMonitor, type LearningRateMonitorOptions } from "./learning-rate-monitor.ts";
export { type KeptCheckpoint, ModelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.ts";
export { describeModel, type LayerDescription, type ModelDescription } from "./model-layers.ts";
export { ModelSummary, type ModelSummaryOptions } from "./model-summary.ts";
export type { MonitorMode } from "./monitor.ts";
export { NonFiniteGuard, type NonFiniteGuardOptions } from "./non-finite-guard.ts";
export { type BestWeightsExporter, OnnxExport, type OnnxExportOptions } from "./onnx-export.ts";
export { ConfusionMatrix } from "./pictures/confusion-matrix.ts";
export { SampleVisualization } from "./pictures/sample-visualization.ts";
export { TopLosses } from "./pictures/top-losses.ts";
export { TrainingHistory, type TrainingHistoryOptions } from "./pictures/training-history.ts";
export type { ValidationGridOptions } from "./pictures/validation-grid.ts";
export type { ValidationPictureOptions } from "./pictures/validation-picture.ts";
export { MOST_PROBABILITIES, probabilityColumn } from "./prediction-table.ts";
export { formatDuration, type LineOutput, ProgressLine, type ProgressLineOptions } from "./progress-line.ts";
export { RunReport, type RunReportOptions } from "./run-report.ts";
export { SamplerDistribution, type SamplerDistributionOptions } from "./sampler-distribution.ts";
export {
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
} from "./stochastic-weight-averaging.ts";
export { Timer, type TimerOptions } from "./timer.ts";
