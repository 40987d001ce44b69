// The default pipelines: what a picture goes through for training and for evaluation.
import { CenterCrop } from "./center-crop.ts";
import { ColorJitter } from "./color-jitter.ts";
import { Compose } from "./compose.ts";
import { Normalize } from "./normalize.ts";
import { RandomHorizontalFlip } from "./random-horizontal-flip.ts";
import { RandomResizedCrop } from "./random-resized-crop.ts";
import { Resize } from "./resize.ts";
import { ToDtype } from "./to-dtype.ts";

/** Shorter side before the central crop, by ImageNet's custom of 256 for 224. */
export function resizeFor(imageSize: number): number {
  return Math.round((imageSize * 256) / 224);
}

/** Random crop, mirror, colour jitter, float, normalise. */
export function defaultTrainTransforms(imageSize: number): Compose {
  return new Compose({
    transforms: [
      new RandomResizedCrop({ size: imageSize }),
      new RandomHorizontalFlip(),
      new ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 }),
      new ToDtype(),
      new Normalize(),
    ],
  });
}

/**
 * Resize, central crop, float, normalise.
 * @param resizeSize the shorter side before the crop
 */
export function defaultEvalTransforms(imageSize: number, resizeSize: number = resizeFor(imageSize)): Compose {
  return new Compose({
    transforms: [
      new Resize({ size: resizeSize }),
      new CenterCrop({ size: imageSize }),
      new ToDtype(),
      new Normalize(),
    ],
  });
}
