// The report of a run and its model card.
export { type Comparison, type DifferingPicture, renderComparison, verdictOf } from "./comparison.ts";
export { type DataReport, type DuplicateSet, renderDataReport } from "./data-report.ts";
export { type Evaluation, evaluatePredictions } from "./evaluation.ts";
export { type EvaluationReport, renderEvaluation } from "./evaluation-page.ts";
export { renderLabelCard } from "./labels/label-card.ts";
export {
  type ExplainedLabels,
  type LabelPrediction,
  type LabelReportData,
  thresholdsOf,
} from "./labels/label-data.ts";
export { evaluateLabels, type LabelEvaluation, type LabelScores } from "./labels/label-evaluation.ts";
export { type JudgedLabel, judgedLabelsOf } from "./labels/label-outcomes.ts";
export {
  type LabelEvaluationReport,
  labelEvaluationOf,
  renderLabelEvaluation,
  renderLabelReport,
} from "./labels/label-page.ts";
export { renderModelCard } from "./model-card.ts";
export { evaluationOf, renderReport } from "./report.ts";
export type {
  AugmentedSample,
  ConfigurationEntry,
  EpochMetrics,
  EpochTime,
  ExplainedSample,
  ModelFacts,
  Prediction,
  ReportData,
  RunFacts,
} from "./report-data.ts";
export { errorLine, type RunError, type RunSummary, type StoredSummary } from "./run-summary.ts";
export type { StudyReport, StudySetting, StudyTrial } from "./study/study-data.ts";
export { renderStudy } from "./study/study-page.ts";
