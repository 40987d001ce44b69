// What a page or a web worker trains with: `classifier-training/browser`. Nothing here needs Node.js.
export {
  type KeptFile,
  lastCheckpoint,
  listCheckpoints,
  removeCheckpoints,
} from "./browser/checkpoints.ts";
export { download, exportClassifier, type TrainedClassifier } from "./browser/exports.ts";
export {
  type DroppedEntry,
  type DroppedItems,
  droppedFiles,
  type FileHandle,
  type FolderHandle,
  filesIn,
  folderOf,
  type NamedFile,
  type PageFile,
  pickedFiles,
} from "./browser/files.ts";
export {
  type ChosenRuntime,
  chooseRuntime,
  type PageRuntimeName,
  webgpuRuntime,
} from "./browser/runtimes.ts";
export { type ReportSubject, TrainingReport } from "./browser/training-report.ts";
export type { Calibration, Doubt, Scaling } from "./calibrate/index.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./callbacks/early-stopping.ts";
export { EMA } from "./callbacks/ema.ts";
export { GradientNorm, type GradientNormOptions } from "./callbacks/gradient-norm.ts";
export { LearningRateMonitor, type LearningRateMonitorOptions } from "./callbacks/learning-rate-monitor.ts";
export {
  type KeptCheckpoint,
  ModelCheckpoint,
  type ModelCheckpointOptions,
} from "./callbacks/model-checkpoint.ts";
export { describeModel, type LayerDescription, type ModelDescription } from "./callbacks/model-layers.ts";
export { NonFiniteGuard, type NonFiniteGuardOptions } from "./callbacks/non-finite-guard.ts";
export {
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
} from "./callbacks/stochastic-weight-averaging.ts";
export { Timer, type TimerOptions } from "./callbacks/timer.ts";
export {
  type Batch,
  type BatchSource,
  ClassifierTrainingError,
  countClasses,
  type DataSplit,
  type ErrorKind,
  type HostTensor,
  hostTensor,
  LabelSets,
  RandomStream,
  type SampleLabels,
  type TrainerData,
} from "./core/index.ts";
export { ArrayDataset, type ArrayDatasetOptions } from "./data/datasets/array-dataset.ts";
export { type ImageDataset, labelText, subset } from "./data/datasets/dataset.ts";
export { ImageFolder, type ImageFolderOptions } from "./data/datasets/image-folder.ts";
export type { FolderEntries, FolderTree } from "./data/files/folder-tree.ts";
export { DataLoader, type ImageBatch, type LoaderOptions } from "./data/loading/loader.ts";
export type { BadPicture } from "./data/loading/pipeline.ts";
export type { AutoSplitOptions } from "./data/modules/auto-split.ts";
export { DataModule, type DataModuleOptions, type DatasetSplits } from "./data/modules/data-module.ts";
export {
  DatasetDataModule,
  type DatasetDataModuleOptions,
  type DatasetWithGroups,
} from "./data/modules/dataset-data-module.ts";
export {
  ImageFolderDataModule,
  type ImageFolderDataModuleOptions,
} from "./data/modules/image-folder-data-module.ts";
export type { SamplerOptions } from "./data/sampling/samplers.ts";
export { type ExportedModel, type ExportRequest, exportModel } from "./export/export-model.ts";
export { verifyExport } from "./export/verify-export.ts";
export * as ops from "./graph/build.ts";
export type { Dim, Value } from "./graph/index.ts";
export {
  type DecodeOptions,
  decodeImage,
  encodeJpeg,
  IMAGE_EXTENSIONS,
  type Image,
  type ImageSource,
  type ImageTensor,
  isImage,
  type PixelLayout,
  type Pixels,
  readImage,
} from "./image/index.ts";
export { Classifier, type Picture, type Prediction } from "./inference/index.ts";
export * from "./metrics/index.ts";
export * from "./models/index.ts";
export * from "./nn/index.ts";
export * from "./optim/index.ts";
export type { Precision, Probe, Runtime } from "./runtime/contract.ts";
export { onnxRuntime } from "./runtime/onnxruntime/runtime.ts";
export { referenceRuntime } from "./runtime/reference/index.ts";
export {
  Callback,
  type Checkpoint,
  type EventOf,
  type EventType,
  type FineTuningOptions,
  type FitContext,
  type FitOptions,
  type FitResult,
  type FitStatus,
  type Json,
  type LoadedCheckpoint,
  type Logger,
  type LogRow,
  loadCheckpoint,
  loadCheckpointOrPrevious,
  type Metrics,
  type Stage,
  type StageMetrics,
  saveCheckpoint,
  type TestContext,
  type TrainableModel,
  Trainer,
  type TrainerOptions,
  type TrainerParts,
  type TrainingEngine,
  type TrainingEvent,
  type WeightAverageOptions,
} from "./train/index.ts";
export * from "./transforms/index.ts";
export { bufferSource } from "./weights/byte-source.ts";
export { readSafetensors } from "./weights/safetensors.ts";
