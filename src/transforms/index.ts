// Picture transforms, named and parametrised as torchvision's v2, in Pillow's arithmetic.

export { type BatchTransform, type MixedBatch, type MixOptions, oneHot } from "./batches/batch-transform.ts";
export { CutMix, type CutMixOptions } from "./batches/cut-mix.ts";
export { MixUp, type MixUpOptions } from "./batches/mix-up.ts";
export { BilinearDownscale, type BilinearDownscaleOptions } from "./bilinear-downscale.ts";
export {
  isDescribable,
  TRANSFORMS,
  type TransformConstructor,
  transformFromDescription,
} from "./catalog.ts";
export { CenterCrop, type CenterCropOptions } from "./center-crop.ts";
export { ColorJitter, type ColorJitterOptions } from "./color-jitter.ts";
export { Compose, type ComposeOptions } from "./compose.ts";
export { FiveCrop, type FiveCropOptions } from "./five-crop.ts";
export { GaussianBlur, type GaussianBlurOptions } from "./gaussian-blur.ts";
export { GaussianNoise, type GaussianNoiseOptions } from "./gaussian-noise.ts";
export {
  Grayscale,
  type GrayscaleOptions,
  RandomGrayscale,
  type RandomGrayscaleOptions,
} from "./grayscale.ts";
export { JPEGCompression, type JPEGCompressionOptions } from "./jpeg-compression.ts";
export { Letterbox, type LetterboxOptions } from "./letterbox.ts";
export {
  IMAGENET_MEAN,
  IMAGENET_STD,
  Normalize,
  type NormalizeOptions,
  type PerChannel,
} from "./normalize.ts";
export type { PaddingOption } from "./options.ts";
export { Pad, type PadOptions } from "./pad.ts";
export { Pixelate, type PixelateOptions } from "./pixelate.ts";
export type { WarpInterpolation } from "./pixels/geometry.ts";
export type { PaddingMode } from "./pixels/padding.ts";
export { type Interpolation, type Region, resize } from "./pixels/resample.ts";
export { AugMix, type AugMixOptions } from "./policies/aug-mix.ts";
export { AutoAugment, type AutoAugmentOptions } from "./policies/auto-augment.ts";
export { RandAugment, type RandAugmentOptions } from "./policies/rand-augment.ts";
export { TrivialAugmentWide, type TrivialAugmentWideOptions } from "./policies/trivial-augment-wide.ts";
export { describePreprocessing, type Preprocessing } from "./preprocessing.ts";
export {
  defaultEvalTransforms,
  defaultTrainTransforms,
  type PictureFormat,
  pictureFormatSchema,
  resizeFor,
} from "./presets.ts";
export { RandomAffine, type RandomAffineOptions } from "./random-affine.ts";
export { RandomApply, type RandomApplyOptions } from "./random-apply.ts";
export { RandomChoice, type RandomChoiceOptions } from "./random-choice.ts";
export { RandomCrop, type RandomCropOptions } from "./random-crop.ts";
export { RandomErasing, type RandomErasingOptions } from "./random-erasing.ts";
export { RandomHorizontalFlip, type RandomHorizontalFlipOptions } from "./random-horizontal-flip.ts";
export { RandomOrder, type RandomOrderOptions } from "./random-order.ts";
export { RandomPerspective, type RandomPerspectiveOptions } from "./random-perspective.ts";
export { RandomResizedCrop, type RandomResizedCropOptions } from "./random-resized-crop.ts";
export { RandomRotation, type RandomRotationOptions } from "./random-rotation.ts";
export { RandomVerticalFlip, type RandomVerticalFlipOptions } from "./random-vertical-flip.ts";
export { Resize, type ResizeOptions } from "./resize.ts";
export { ToDtype, type ToDtypeOptions } from "./to-dtype.ts";
export { ToImage, ToTensor } from "./to-tensor.ts";
export {
  ImageTransform,
  type JsonValue,
  TensorTransform,
  type Transform,
  type TransformDescription,
} from "./transform.ts";
export { ZoomIn, type ZoomInOptions } from "./zoom-in.ts";
export { ZoomOut, type ZoomOutOptions } from "./zoom-out.ts";
