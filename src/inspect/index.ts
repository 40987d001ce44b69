// Looks at a data set before anything is trained on it.
export {
  type DuplicateGroup,
  type DuplicateKind,
  type DuplicateOptions,
  type DuplicatePair,
  type DuplicatePicture,
  findDuplicates,
} from "./duplicates/find-duplicates.ts";
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
