// Data: pictures and their labels, from files to batches.

export { LabelSets, type SampleLabels } from "../core/index.ts";
export type { CacheKind } from "./caching/cache-choice.ts";
export { ImageCache } from "./caching/image-cache.ts";
export { ArrayDataset, type ArrayDatasetOptions } from "./datasets/array-dataset.ts";
export { openCIFAR, openIDX } from "./datasets/binary-datasets.ts";
export type { ClassLevel } from "./datasets/class-level.ts";
export { type ImageDataset, labelText, subset } from "./datasets/dataset.ts";
export { fingerprint } from "./datasets/fingerprint.ts";
export { ImageFolder, type ImageFolderOptions } from "./datasets/image-folder.ts";
export { LabelFolder } from "./datasets/label-folder.ts";
export { type LabelRow, LabelTable } from "./datasets/label-table.ts";
export { TableDataset, type TableRow } from "./datasets/table-dataset.ts";
export type { FolderEntries, FolderTree } from "./files/folder-tree.ts";
export { listPictures } from "./files/list-pictures.ts";
export {
  type AppliedLabelChanges,
  labelChangesLine,
  type NamedParts,
  nameBelow,
  placesByName,
  type SamplePlace,
} from "./label-changes/apply-label-changes.ts";
export {
  formatLabelChanges,
  type LabelChange,
  type LabelNames,
  parseLabelChanges,
} from "./label-changes/label-change.ts";
export { type BadPicturePolicy, DataLoader, type ImageBatch, type LoaderOptions } from "./loading/loader.ts";
export { type BadPicture, badPictureError } from "./loading/pipeline.ts";
export { Quarantine } from "./loading/quarantine.ts";
export { WorkerPool } from "./loading/worker-pool.ts";
export type { AutoSplitOptions, SplittableDataset } from "./modules/auto-split.ts";
export { COCODataModule, type COCODataModuleOptions } from "./modules/coco-data-module.ts";
export { CSVDataModule, type CSVDataModuleOptions } from "./modules/csv-data-module.ts";
export {
  DataModule,
  type DataModuleOptions,
  type DatasetSplits,
  type OpenOptions,
  type ResolvedDataModuleOptions,
} from "./modules/data-module.ts";
export {
  DatasetDataModule,
  type DatasetDataModuleOptions,
  type DatasetWithGroups,
} from "./modules/dataset-data-module.ts";
export {
  ImageFolderDataModule,
  type ImageFolderDataModuleOptions,
} from "./modules/image-folder-data-module.ts";
export { JSONLDataModule, type JSONLDataModuleOptions } from "./modules/jsonl-data-module.ts";
export { KnownDataModule, type KnownDataModuleOptions } from "./modules/known-data-module.ts";
export { checkClasses, type DataPurpose } from "./modules/trainable.ts";
export type { Sampler } from "./sampling/sampler.ts";
export {
  classWeights,
  type SamplerOptions,
  sequentialSampler,
  shuffledSampler,
  trainSampler,
  weightedSampler,
} from "./sampling/samplers.ts";
export { type ShardOptions, shardedSampler } from "./sampling/sharded-sampler.ts";
export {
  type AppliedSplit,
  applySplit,
  formatSplit,
  parseSplit,
  type SplitFile,
  type SplitFractions,
  type SplitIndices,
  type SplitSettings,
  splitByName,
  splitFold,
  splitStratified,
} from "./splits/split.ts";
