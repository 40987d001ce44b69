// Data: pictures and their labels, from files to batches.
export { ArrayDataset, type ArrayDatasetOptions } from "./array-dataset.ts";
export type { AutoSplitOptions } from "./auto-split.ts";
export { openCIFAR, openIDX } from "./binary-datasets.ts";
export type { CacheKind } from "./cache-choice.ts";
export { compareCodePoints } from "./code-points.ts";
export { CSVDataModule, type CSVDataModuleOptions } from "./csv-data-module.ts";
export { DataModule, type DataModuleOptions, type DatasetSplits, type MemoryOptions } from "./data-module.ts";
export { countClasses, type ImageDataset, type ImageSource, type PixelLayout, subset } from "./dataset.ts";
export {
  DatasetDataModule,
  type DatasetDataModuleOptions,
  type DatasetWithGroups,
} from "./dataset-data-module.ts";
export { type DecodeOptions, decodeImage } from "./decode.ts";
export { encodeJpeg } from "./encode.ts";
export { fingerprint } from "./fingerprint.ts";
export { type Image, type ImageTensor, isImage, type Pixels } from "./image.ts";
export { ImageCache } from "./image-cache.ts";
export { IMAGE_EXTENSIONS, ImageFolder, type ImageFolderOptions } from "./image-folder.ts";
export { ImageFolderDataModule, type ImageFolderDataModuleOptions } from "./image-folder-data-module.ts";
export {
  type DataStatistics,
  type DuplicateGroup,
  type DuplicateOptions,
  type DuplicatePicture,
  datasetStatistics,
  findDuplicates,
  type Part,
  type PictureProblem,
  type PreviewOptions,
  previewBatch,
  type SizeCount,
  type SizeRange,
  type StatisticsOptions,
  type VerificationOptions,
  type VerificationReport,
  verifyDataset,
} from "./inspect/index.ts";
export { type JpegDecoder, loadJpegDecoder } from "./jpeg/index.ts";
export { JSONLDataModule, type JSONLDataModuleOptions } from "./jsonl-data-module.ts";
export { KnownDataModule, type KnownDataModuleOptions } from "./known-data-module.ts";
export { imageLibraryVersions } from "./library-versions.ts";
export { type BadPicturePolicy, type Batch, DataLoader, type LoaderOptions } from "./loader.ts";
export type { BadPicture } from "./pipeline.ts";
export { Quarantine } from "./quarantine.ts";
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
export { type ShardOptions, shardedSampler } from "./sharded-sampler.ts";
export {
  applySplit,
  formatSplit,
  parseSplit,
  type SplitFile,
  type SplitFractions,
  type SplitIndices,
  splitByName,
  splitFold,
  splitStratified,
} from "./split.ts";
export { TableDataset, type TableRow } from "./table-dataset.ts";
export {
  AugMix,
  type AugMixOptions,
  AutoAugment,
  type AutoAugmentOptions,
  type BatchTransform,
  BilinearDownscale,
  type BilinearDownscaleOptions,
  CenterCrop,
  type CenterCropOptions,
  ColorJitter,
  type ColorJitterOptions,
  Compose,
  type ComposeOptions,
  CutMix,
  type CutMixOptions,
  defaultEvalTransforms,
  defaultTrainTransforms,
  describePreprocessing,
  GaussianBlur,
  type GaussianBlurOptions,
  GaussianNoise,
  type GaussianNoiseOptions,
  Grayscale,
  type GrayscaleOptions,
  IMAGENET_MEAN,
  IMAGENET_STD,
  ImageTransform,
  type Interpolation,
  isDescribable,
  JPEGCompression,
  type JPEGCompressionOptions,
  type JsonValue,
  Letterbox,
  type LetterboxOptions,
  type MixedBatch,
  MixUp,
  type MixUpOptions,
  Normalize,
  type NormalizeOptions,
  oneHot,
  Pad,
  type PadOptions,
  type PerChannel,
  Pixelate,
  type PixelateOptions,
  type Preprocessing,
  RandAugment,
  type RandAugmentOptions,
  RandomAffine,
  type RandomAffineOptions,
  RandomApply,
  type RandomApplyOptions,
  RandomChoice,
  type RandomChoiceOptions,
  RandomCrop,
  type RandomCropOptions,
  RandomErasing,
  type RandomErasingOptions,
  RandomGrayscale,
  type RandomGrayscaleOptions,
  RandomHorizontalFlip,
  type RandomHorizontalFlipOptions,
  RandomOrder,
  type RandomOrderOptions,
  RandomPerspective,
  type RandomPerspectiveOptions,
  RandomResizedCrop,
  type RandomResizedCropOptions,
  RandomRotation,
  type RandomRotationOptions,
  RandomVerticalFlip,
  type RandomVerticalFlipOptions,
  type Region,
  Resize,
  type ResizeOptions,
  resize,
  resizeFor,
  TensorTransform,
  ToDtype,
  type ToDtypeOptions,
  ToImage,
  ToTensor,
  TRANSFORMS,
  type Transform,
  type TransformConstructor,
  type TransformDescription,
  TrivialAugmentWide,
  type TrivialAugmentWideOptions,
  transformFromDescription,
  ZoomIn,
  type ZoomInOptions,
  ZoomOut,
  type ZoomOutOptions,
} from "./transforms/index.ts";
export { WorkerPool } from "./worker-pool.ts";
