// Looks at a data set before anything is trained on it.
export {
  type DuplicateGroup,
  type DuplicateKind,
  type DuplicateOptions,
  type DuplicatePair,
  type DuplicatePicture,
  findDuplicates,
} from "./duplicates/find-duplicates.ts";
export type { PredictedLabels } from "./label-quality/confident-joint.ts";
export {
  findLabelErrors,
  type LabelErrorOptions,
  type SuspiciousLabel,
} from "./label-quality/find-label-errors.ts";
export {
  findLabelSetErrors,
  type PredictedLabelSets,
  type SuspiciousEntry,
  type SuspiciousLabelSet,
  suggestedLabels,
} from "./label-quality/find-label-set-errors.ts";
export { LABEL_SCORES, type LabelScore } from "./label-quality/label-scores.ts";
export { LABEL_FILTERS, type LabelFilter } from "./label-quality/prune.ts";
export type { LabelPair, LabelStatistics } from "./label-statistics.ts";
export { type PreviewOptions, previewBatch } from "./preview.ts";
export {
  type DataStatistics,
  datasetStatistics,
  type LabelSetStatistics,
  type Part,
  type SizeCount,
  type SizeRange,
  type StatisticsOptions,
} from "./statistics.ts";
export {
  type PictureProblem,
  type VerificationOptions,
  type VerificationReport,
  verifyDataset,
} from "./verification.ts";
