// ZoomOut: the picture smaller on a coloured canvas, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { fillSchema, probabilitySchema, type Range, rangeSchema } from "./options.ts";
import { scaled } from "./pixelate.ts";
import type { Fill } from "./pixels/geometry.ts";
import { cropFilled } from "./pixels/padding.ts";
import { resize } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** How large the canvas is, its colour, and how often there is one. */
export interface ZoomOutOptions {
  /** Range of the canvas's sides, as multiples. Default [1, 1.5]. */
  readonly scale?: Range;
  /** Colour of the canvas. Default [124, 116, 104], ImageNet's mean. */
  readonly fill?: Fill;
  /** Probability. Default 0.3. */
  readonly p?: number;
}

type Resolved = Required<ZoomOutOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  scale: rangeSchema(1).default([1, 1.5]),
  fill: fillSchema.default([124, 116, 104]),
  p: probabilitySchema.default(0.3),
});

/** Steps back. */
export class ZoomOut extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: ZoomOutOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { p, fill } = this.options;
    if (random.float() >= p) return image;
    const scale = random.uniform(...this.options.scale);
    const left = random.integer(scaled(image.width, scale) - image.width + 1);
    const top = random.integer(scaled(image.height, scale) - image.height + 1);
    return zoomOut(image, scale, [left, top], fill);
  }
}

/** The picture at `offset` [x, y] of a canvas of `trunc(side * scale)` pixels a side, brought back to its size. */
export function zoomOut(
  image: Image,
  scale: number,
  [left, top]: readonly [number, number],
  fill: Fill,
): Image {
  const { width, height } = image;
  const canvas = { left: -left, top: -top, width: scaled(width, scale), height: scaled(height, scale) };
  return resize(cropFilled(image, canvas, fill), width, height);
}
