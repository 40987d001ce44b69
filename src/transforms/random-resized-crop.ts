// RandomResizedCrop: a random part of the picture, of random area and aspect ratio, at a given size.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { ImageSize } from "../image/image.ts";
import type { Pass, Region } from "../image/kernels/index.ts";
import {
  antialiasSchema,
  heightAndWidth,
  interpolationSchema,
  type Range,
  rangeSchema,
  type SizeOption,
  sizeSchema,
} from "./options.ts";
import { type Interpolation, resizePasses } from "./pixels/resample.ts";
import { roundHalfEven } from "./pixels/rounding.ts";
import { PassTransform } from "./transform.ts";

/** Which parts may be drawn, and the size they are brought to; the defaults are torchvision's. */
export interface RandomResizedCropOptions {
  /** One number for a square, or [height, width]. */
  readonly size: SizeOption;
  /** Share of the picture's area. Default [0.08, 1]. */
  readonly scale?: Range;
  /** Aspect ratio, width by height. Default [3/4, 4/3]. */
  readonly ratio?: Range;
  /** Default "bilinear". */
  readonly interpolation?: Interpolation;
  /** Always, so that only `true` is accepted. */
  readonly antialias?: true | null | undefined;
}

type Resolved = Required<Omit<RandomResizedCropOptions, "antialias">>;

const schema: z.ZodType<Resolved> = z.strictObject({
  size: sizeSchema,
  scale: rangeSchema(0, 1).default([0.08, 1]),
  ratio: rangeSchema(1e-6).default([3 / 4, 4 / 3]),
  interpolation: interpolationSchema.default("bilinear"),
  antialias: antialiasSchema,
});

const TRIES = 10;

/** torchvision's `RandomResizedCrop`. */
export class RandomResizedCrop extends PassTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomResizedCropOptions) {
    super(schema, options);
  }

  override passes(image: ImageSize, random: RandomStream): readonly Pass[] {
    const { size, scale, ratio, interpolation } = this.options;
    const [height, width] = heightAndWidth(size);
    const region = drawRegion(image.width, image.height, scale, ratio, random);
    return resizePasses(image, width, height, interpolation, region);
  }
}

/**
 * Draws the part to keep: ten tries with the area uniform in `scale` and the ratio log-uniform in `ratio`, then
 * the largest central part whose ratio lies within the bounds.
 */
export function drawRegion(
  width: number,
  height: number,
  scale: Range,
  ratio: Range,
  random: RandomStream,
): Region {
  const [lowest, highest] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = width * height * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(lowest, highest));
    const w = roundHalfEven(Math.sqrt(area * aspect));
    const h = roundHalfEven(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.integer(height - h + 1);
      const left = random.integer(width - w + 1);
      return { top, left, width: w, height: h };
    }
  }
  let [w, h] = [width, height];
  if (width / height < ratio[0]) h = roundHalfEven(width / ratio[0]);
  else if (width / height > ratio[1]) w = roundHalfEven(height * ratio[1]);
  h = Math.min(Math.max(h, 1), height);
  w = Math.min(Math.max(w, 1), width);
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), width: w, height: h };
}
