// Pixelate: shrunk and enlarged by nearest neighbours, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { probabilitySchema, type Range, rangeSchema } from "./options.ts";
import { resize } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** How coarse the blocks are, and how often there are any. */
export interface PixelateOptions {
  /** Range of the scale in between. Default [0.25, 0.75]. */
  readonly scale?: Range;
  /** Probability. Default 0.3. */
  readonly p?: number;
}

type Resolved = Required<PixelateOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  scale: rangeSchema(1e-6, 1).default([0.25, 0.75]),
  p: probabilitySchema.default(0.3),
});

/** Coarse square pixels, as of a small or far-away camera. */
export class Pixelate extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: PixelateOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return random.float() < this.options.p ? pixelate(image, random.uniform(...this.options.scale)) : image;
  }
}

/** Through `max(1, trunc(side * scale))` pixels a side and back. */
export function pixelate(image: Image, scale: number): Image {
  const { width, height } = image;
  const small = resize(image, scaled(width, scale), scaled(height, scale), "nearest");
  return resize(small, width, height, "nearest");
}

/** A side times a scale: whole, at least 1. */
export function scaled(side: number, scale: number): number {
  return Math.max(1, Math.trunc(side * scale));
}
