// The toolkit as a library: everything a program needs to build, train, export and use classifiers.
export { allComponents, chooseRuntime, train } from "./app/index.ts";
export * from "./callbacks/index.ts";
export { configStore, defineConfig, instantiate, register } from "./config/index.ts";
export {
  ClassifierTrainingError,
  type ErrorKind,
  type HostTensor,
  hostTensor,
  RandomStream,
} from "./core/index.ts";
export * from "./data/index.ts";
export { exportModel, verifyExport } from "./export/index.ts";
export * as ops from "./graph/build.ts";
export type { Value } from "./graph/index.ts";
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
export type { Precision, Runtime } from "./runtime/contract.ts";
export {
  Callback,
  type EventOf,
  type FitContext,
  type FitOptions,
  type FitResult,
  type Logger,
  type LogRow,
  type TrainableModel,
  Trainer,
  type TrainerOptions,
  type TrainerParts,
  type TrainingEvent,
} from "./train/index.ts";
export * from "./transforms/index.ts";
