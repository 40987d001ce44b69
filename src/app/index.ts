// The application: what the command line offers, as functions.
export { type BenchDataRequest, benchData, type DataMeasurement } from "./bench-data.ts";
export { type BenchRequest, benchStep, type StepMeasurement } from "./bench-step.ts";
export {
  type ConfigurationRequest,
  composeRun,
  configureRun,
  type RunConfiguration,
} from "./configuration.ts";
export { reportOnData } from "./data-report.ts";
export {
  type DataToolRequest,
  dataStatistics,
  duplicatesIn,
  previewData,
  verifyData,
} from "./data-tools.ts";
export { type Diagnosis, diagnose } from "./doctor.ts";
export { type ExportResult, type ExportWeightsRequest, exportWeights, modelOf } from "./export.ts";
export { withMadeUpPictures } from "./made-up-pictures.ts";
export type { RunRequest } from "./open-run.ts";
export { type PicturePrediction, type PredictRequest, predict } from "./predict.ts";
export { type QuickstartRequest, type QuickstartResult, quickstart } from "./quickstart.ts";
export { allComponents } from "./registry.ts";
export { report } from "./report.ts";
export { RunFolder, runFolderOf } from "./run-folder.ts";
export {
  compareRuns,
  type Difference,
  listRuns,
  overridesOf,
  plotRuns,
  type Run,
  type RunComparison,
  readRun,
  resultsOf,
} from "./runs.ts";
export { chooseRuntime, type ProbedRuntime } from "./runtimes.ts";
export type { RunSummary } from "./summary.ts";
export { isSweep, type SweepRequest, type SweepResult, sweep } from "./sweep.ts";
export { test } from "./test.ts";
export { type TrainOptions, train } from "./train.ts";
export { type BatchSizeSuggestion, measureInProcess, tuneBatchSize } from "./tune-batch-size.ts";
export { type LearningRateSuggestion, tuneLearningRate } from "./tune-learning-rate.ts";
