// Data: pictures and their labels, from files to batches.
export { compareCodePoints } from "./code-points.ts";
export { DataModule, type DataModuleOptions, type DatasetSplits } from "./data-module.ts";
export { countClasses, type ImageDataset, type ImageSource, subset } from "./dataset.ts";
export { type DecodeOptions, decodeImage } from "./decode.ts";
export { encodeJpeg } from "./encode.ts";
export { type Image, type ImageTensor, isImage, type Pixels } from "./image.ts";
export { IMAGE_EXTENSIONS, ImageFolder, type ImageFolderOptions } from "./image-folder.ts";
export { ImageFolderDataModule, type ImageFolderDataModuleOptions } from "./image-folder-data-module.ts";
export { imageLibraryVersions } from "./library-versions.ts";
export { type BadPicturePolicy, type Batch, DataLoader, type LoaderOptions } from "./loader.ts";
export type { BadPicture } from "./pipeline.ts";
export { readImage } from "./read-image.ts";
export {
  classWeights,
  type Sampler,
  type SamplerOptions,
  sequentialSampler,
  shuffledSampler,
  trainSampler,
  weightedSampler,
} from "./samplers.ts";
export {
  applySplit,
  parseSplit,
  type SplitFile,
  type SplitFractions,
  type SplitIndices,
  serialiseSplit,
  splitStratified,
} from "./split.ts";
export {
  CenterCrop,
  type CenterCropOptions,
  ColorJitter,
  type ColorJitterOptions,
  Compose,
  type ComposeOptions,
  defaultEvalTransforms,
  defaultTrainTransforms,
  describePreprocessing,
  IMAGENET_MEAN,
  IMAGENET_STD,
  ImageTransform,
  type Interpolation,
  isDescribable,
  type JsonValue,
  Normalize,
  type NormalizeOptions,
  type PerChannel,
  type Preprocessing,
  RandomHorizontalFlip,
  type RandomHorizontalFlipOptions,
  RandomResizedCrop,
  type RandomResizedCropOptions,
  type Region,
  Resize,
  type ResizeOptions,
  resize,
  resizeFor,
  TensorTransform,
  ToDtype,
  type ToDtypeOptions,
  TRANSFORMS,
  type Transform,
  type TransformConstructor,
  type TransformDescription,
  transformFromDescription,
} from "./transforms/index.ts";
export { WorkerPool } from "./worker-pool.ts";
