// Picture transforms, named and parametrised as torchvision's v2, in Pillow's arithmetic.
export {
  isDescribable,
  TRANSFORMS,
  type TransformConstructor,
  transformFromDescription,
} from "./catalog.ts";
export { CenterCrop, type CenterCropOptions } from "./center-crop.ts";
export { ColorJitter, type ColorJitterOptions } from "./color-jitter.ts";
export { Compose, type ComposeOptions } from "./compose.ts";
export {
  IMAGENET_MEAN,
  IMAGENET_STD,
  Normalize,
  type NormalizeOptions,
  type PerChannel,
} from "./normalize.ts";
export { describePreprocessing, type Preprocessing } from "./preprocessing.ts";
export { defaultEvalTransforms, defaultTrainTransforms, resizeFor } from "./presets.ts";
export { RandomHorizontalFlip, type RandomHorizontalFlipOptions } from "./random-horizontal-flip.ts";
export { RandomResizedCrop, type RandomResizedCropOptions } from "./random-resized-crop.ts";
export { type Interpolation, type Region, resize } from "./resample.ts";
export { Resize, type ResizeOptions } from "./resize.ts";
export { ToDtype, type ToDtypeOptions } from "./to-dtype.ts";
export {
  ImageTransform,
  type JsonValue,
  TensorTransform,
  type Transform,
  type TransformDescription,
} from "./transform.ts";
