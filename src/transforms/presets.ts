// The default pipelines: what a picture goes through for training and for evaluation.
import * as z from "zod";
import { CenterCrop } from "./center-crop.ts";
import { ColorJitter } from "./color-jitter.ts";
import { Compose } from "./compose.ts";
import { Normalize, type PerChannel } from "./normalize.ts";
import { interpolationSchema } from "./options.ts";
import type { Interpolation } from "./pixels/resample.ts";
import { RandomHorizontalFlip } from "./random-horizontal-flip.ts";
import { RandomResizedCrop } from "./random-resized-crop.ts";
import { Resize } from "./resize.ts";
import { ToDtype } from "./to-dtype.ts";

/** What published weights expect of their pictures, and the default pipelines then do. */
export interface PictureFormat {
  /** Shorter side before the central crop; default: 256 for 224, and so on. */
  readonly resizeSize?: number | undefined;
  /** Default "bilinear". */
  readonly interpolation?: Interpolation | undefined;
  /** Default: ImageNet's. */
  readonly mean?: PerChannel | undefined;
  readonly std?: PerChannel | undefined;
}

const perChannel: z.ZodType<PerChannel> = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** `PictureFormat` as a configuration gives it. */
export const pictureFormatSchema: z.ZodType<PictureFormat> = z.strictObject({
  resizeSize: z.int().min(1).optional(),
  interpolation: interpolationSchema.optional(),
  mean: perChannel.optional(),
  std: perChannel.optional(),
});

/** Shorter side before the central crop, by ImageNet's custom of 256 for 224. */
export function resizeFor(imageSize: number): number {
  return Math.round((imageSize * 256) / 224);
}

/** Random crop, mirror, colour jitter, float, normalise. */
export function defaultTrainTransforms(imageSize: number, format: PictureFormat = {}): Compose {
  return new Compose({
    transforms: [
      new RandomResizedCrop({ size: imageSize, ...filter(format) }),
      new RandomHorizontalFlip(),
      new ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 }),
      new ToDtype(),
      normalize(format),
    ],
  });
}

/**
 * Resize, central crop, float, normalise.
 * @param format what weights expect; a number: the shorter side before the crop
 */
export function defaultEvalTransforms(imageSize: number, format: PictureFormat | number = {}): Compose {
  const given = typeof format === "number" ? { resizeSize: format } : format;
  return new Compose({
    transforms: [
      new Resize({ size: given.resizeSize ?? resizeFor(imageSize), ...filter(given) }),
      new CenterCrop({ size: imageSize }),
      new ToDtype(),
      normalize(given),
    ],
  });
}

const filter = ({ interpolation }: PictureFormat): { readonly interpolation?: Interpolation } =>
  interpolation === undefined ? {} : { interpolation };

const normalize = ({ mean, std }: PictureFormat): Normalize =>
  new Normalize({ ...(mean === undefined ? {} : { mean }), ...(std === undefined ? {} : { std }) });
