// The toolkit as a library: everything a program needs to build, train, export and use classifiers.
export {
  allComponents,
  type ConfigurationRequest,
  chooseRuntime,
  configureRun,
  type RunConfiguration,
  type RunSummary,
  type TrainOptions,
  train,
} from "./app/index.ts";
export type { RunFolder } from "./app/run/run-folder.ts";
export type { ProbedRuntime } from "./app/runtimes.ts";
export type { Calibration, Doubt, Scaling } from "./calibrate/index.ts";
export * from "./callbacks/index.ts";
export { configStore, defineConfig, instantiate, register } from "./config/index.ts";
export type { DTypeArrays } from "./core/dtype.ts";
export {
  type Batch,
  type BatchSource,
  ClassifierTrainingError,
  countClasses,
  type DataSplit,
  type DType,
  type ErrorDetails,
  type ErrorKind,
  type HostTensor,
  hostTensor,
  type LabelRange,
  LabelSets,
  type LoaderMemory,
  RandomStream,
  type SampleLabels,
  type Shape,
  type TaskName,
  type TrainerData,
} from "./core/index.ts";
export * from "./data/index.ts";
export { exportModel, verifyExport } from "./export/index.ts";
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
  imageLibraryVersions,
  isImage,
  type JpegDecoder,
  loadJpegDecoder,
  type PixelLayout,
  type Pixels,
  readImage,
} from "./image/index.ts";
export { Classifier, type Prediction } from "./inference/index.ts";
export * from "./inspect/index.ts";
export * from "./loggers/index.ts";
export * from "./models/index.ts";
export * from "./nn/index.ts";
export * from "./optim/index.ts";
export type { DurableWriteOptions, TextOutput } from "./platform/index.ts";
export { quantizeModel } from "./quantize/index.ts";
export type { RunError } from "./report/index.ts";
export type {
  ConvolutionAlgorithm,
  Executable,
  Precision,
  Probe,
  Runtime,
  Session,
  SessionOptions,
  VariableWrite,
} from "./runtime/contract.ts";
export {
  type Awaitable,
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
  type ResolvedTrainerOptions,
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
