// The built-in transforms by name, and the way back from a description to a transform.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import { BilinearDownscale } from "./bilinear-downscale.ts";
import { CenterCrop } from "./center-crop.ts";
import { ColorJitter } from "./color-jitter.ts";
import { Compose } from "./compose.ts";
import { FiveCrop } from "./five-crop.ts";
import { GaussianBlur } from "./gaussian-blur.ts";
import { GaussianNoise } from "./gaussian-noise.ts";
import { Grayscale, RandomGrayscale } from "./grayscale.ts";
import { JPEGCompression } from "./jpeg-compression.ts";
import { Letterbox } from "./letterbox.ts";
import { Normalize } from "./normalize.ts";
import { Pad } from "./pad.ts";
import { Pixelate } from "./pixelate.ts";
import { AugMix } from "./policies/aug-mix.ts";
import { AutoAugment } from "./policies/auto-augment.ts";
import { RandAugment } from "./policies/rand-augment.ts";
import { TrivialAugmentWide } from "./policies/trivial-augment-wide.ts";
import { RandomAffine } from "./random-affine.ts";
import { RandomApply } from "./random-apply.ts";
import { RandomChoice } from "./random-choice.ts";
import { RandomCrop } from "./random-crop.ts";
import { RandomErasing } from "./random-erasing.ts";
import { RandomHorizontalFlip } from "./random-horizontal-flip.ts";
import { RandomOrder } from "./random-order.ts";
import { RandomPerspective } from "./random-perspective.ts";
import { RandomResizedCrop } from "./random-resized-crop.ts";
import { RandomRotation } from "./random-rotation.ts";
import { RandomVerticalFlip } from "./random-vertical-flip.ts";
import { Resize } from "./resize.ts";
import { ToDtype } from "./to-dtype.ts";
import { ToImage, ToTensor } from "./to-tensor.ts";
import type { Transform, TransformDescription } from "./transform.ts";
import { ZoomIn } from "./zoom-in.ts";
import { ZoomOut } from "./zoom-out.ts";

/** A class of transforms: built from one object of options. */
export type TransformConstructor = new (options: never) => Transform;

/** Every built-in transform, by the name it has in torchvision. */
export const TRANSFORMS: Readonly<Record<string, TransformConstructor>> = {
  AugMix,
  AutoAugment,
  BilinearDownscale,
  CenterCrop,
  ColorJitter,
  Compose,
  FiveCrop,
  GaussianBlur,
  GaussianNoise,
  Grayscale,
  JPEGCompression,
  Letterbox,
  Normalize,
  Pad,
  Pixelate,
  RandAugment,
  RandomAffine,
  RandomApply,
  RandomChoice,
  RandomCrop,
  RandomErasing,
  RandomGrayscale,
  RandomHorizontalFlip,
  RandomOrder,
  RandomPerspective,
  RandomResizedCrop,
  RandomRotation,
  RandomVerticalFlip,
  Resize,
  ToDtype,
  ToImage,
  ToTensor,
  TrivialAugmentWide,
  ZoomIn,
  ZoomOut,
};

/**
 * Builds a transform from its description, nested ones included.
 * @throws ClassifierTrainingError `TRANSFORM_UNKNOWN`, `OPTIONS`
 */
export function transformFromDescription({ name, options }: TransformDescription): Transform {
  const Constructor = Object.hasOwn(TRANSFORMS, name) ? TRANSFORMS[name] : undefined;
  if (Constructor === undefined) {
    throw new ClassifierTrainingError("usage", "TRANSFORM_UNKNOWN", `there is no transform "${name}"`, {
      where: "transforms",
      hint: didYouMean(name, Object.keys(TRANSFORMS)),
    });
  }
  const { transforms } = options;
  if (!Array.isArray(transforms)) return new Constructor(options as never);
  const children = (transforms as unknown as TransformDescription[]).map(transformFromDescription);
  return new Constructor({ ...options, transforms: children } as never);
}

/** Whether a transform can be rebuilt from its description alone, as a worker thread must. */
export function isDescribable(transform: Transform): boolean {
  const { name } = transform.describe();
  if (!Object.hasOwn(TRANSFORMS, name) || !(transform instanceof TRANSFORMS[name]!)) return false;
  return !("transforms" in transform) || (transform.transforms as readonly Transform[]).every(isDescribable);
}
