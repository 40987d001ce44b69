// The application: what the command line offers, as functions.

export type { TestTimeAugmentation } from "../inference/index.ts";
export type { LabelFilter, LabelScore } from "../inspect/index.ts";
export type { RunSummary } from "../report/index.ts";
export { type Comparison, verdictOf } from "../report/index.ts";
export {
  type EnsembleAverage,
  type EnsembleRequest,
  exportEnsemble,
} from "./export/ensemble.ts";
export type { ExportedForm } from "./export/export-form.ts";
export { type ExportWeightsRequest, exportWeights } from "./export/export-weights.ts";
export { EXPORT_FORMATS, MODEL_INPUTS } from "./export/formats.ts";
export type { MeasuredModel } from "./export/measure-models.ts";
export { modelOf } from "./export/write-export.ts";
export {
  newestPredictions,
  type PredictedPictures,
  predictionsIn,
} from "./labels/predicted-pictures.ts";
export type { SuspiciousPicture } from "./labels/rank-pictures.ts";
export { type SuspiciousLabels, suspiciousLabels } from "./labels/suspicious-labels.ts";
export { writeDockerFolder } from "./package/docker-folder.ts";
export { type PackageRequest, type PackageResult, packageModel } from "./package/package-model.ts";
export { writeTransformersFolder } from "./package/transformers-folder.ts";
export { diagnoseProcesses, type ProcessesDiagnosis } from "./processes/doctor.ts";
export { isFirstProcess } from "./processes/processes.ts";
export { allComponents } from "./registry.ts";
export { report } from "./report/report.ts";
export {
  compareRuns,
  type Difference,
  headlinesOf,
  holdsRuns,
  listRuns,
  overridesOf,
  plotRuns,
  type Run,
  type RunComparison,
  readRun,
  resultsOf,
  settingsOfRun,
} from "./report/runs.ts";
export {
  type ConfigurationRequest,
  composeRun,
  configureRun,
  type RunConfiguration,
} from "./run/configuration.ts";
export { newestRunFolder, type RunRequest } from "./run/open-run.ts";
export { RunFolder, runFolderOf } from "./run/run-folder.ts";
export { test } from "./run/test.ts";
export { type TrainOptions, train } from "./run/train.ts";
export { chooseRuntime, type ProbedRuntime } from "./runtimes.ts";
export { exportStudy, type JoinRequest, joinStudy, showStudy } from "./search/join.ts";
export type { StudyReference } from "./search/open-study.ts";
export { type SearchRequest, type SearchResult, search } from "./search/search.ts";
export { readStudy, writeStudyPage } from "./search/study-page.ts";
export { type SweepRequest, type SweepResult, singleRun, sweep } from "./sweep/sweep.ts";
export { type BenchDataRequest, benchData, type DataMeasurement } from "./tools/bench-data.ts";
export { type BenchRequest, benchStep, type StepMeasurement } from "./tools/bench-step.ts";
export { type CalibrateRequest, type CalibrationResult, calibrate } from "./tools/calibrate/calibrate.ts";
export type { CalibratedPart } from "./tools/calibrate/classes.ts";
export type { CalibratedLabels } from "./tools/calibrate/labels.ts";
export { type CompareRequest, compare } from "./tools/compare.ts";
export {
  type CrossValidationRequest,
  type CrossValidationResult,
  crossValidate,
} from "./tools/cross-validate.ts";
export { reportOnData } from "./tools/data-report.ts";
export {
  type DataToolRequest,
  type DuplicateReport,
  dataStatistics,
  duplicatesIn,
  picturesOf,
  previewData,
  verifyData,
} from "./tools/data-tools.ts";
export { type Diagnosis, diagnose } from "./tools/doctor.ts";
export { worstFirst } from "./tools/duplicate-sheet.ts";
export { type EmbedRequest, embed, type PictureEmbedding } from "./tools/embed.ts";
export { type Embeddings, embeddingExtension, writeEmbeddings } from "./tools/embedding-files.ts";
export { type EvaluateRequest, type EvaluationResult, evaluate } from "./tools/evaluate.ts";
export type { EvaluatedLabel, LabelEvaluation } from "./tools/evaluate-labels.ts";
export { parseBaseline } from "./tools/explain/baseline.ts";
export {
  type ExplainRequest,
  type Explanation,
  explain,
  type PictureExplanation,
} from "./tools/explain/explain.ts";
export {
  commonFolder,
  describe as describeExplanation,
  saidOf,
  writeExplanation,
} from "./tools/explain/explanation-files.ts";
export type { ExplanationMethod } from "./tools/explain/methods.ts";
export { withMadeUpPictures } from "./tools/made-up-pictures.ts";
export { findPictures, type PicturePrediction, type PredictRequest, predict } from "./tools/predict.ts";
export {
  type PredictionFileRequest,
  type PredictionTotals,
  predictionLine,
  writePredictions,
} from "./tools/prediction-files.ts";
export { type QuickstartRequest, type QuickstartResult, quickstart } from "./tools/quickstart.ts";
export { type ServeRequest, serveModels } from "./tools/serve.ts";
export {
  chooseModelThresholds,
  type LabelThreshold,
  type ThresholdsRequest,
  type ThresholdsResult,
} from "./tools/thresholds.ts";
export { type BatchSizeSuggestion, measureInProcess, tuneBatchSize } from "./tools/tune-batch-size.ts";
export { type LearningRateSuggestion, tuneLearningRate } from "./tools/tune-learning-rate.ts";
