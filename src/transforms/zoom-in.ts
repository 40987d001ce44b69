// ZoomIn: a random part of the picture at its size, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { probabilitySchema, type Range, rangeSchema } from "./options.ts";
import { scaled } from "./pixelate.ts";
import { resize } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** How small the part is, and how often a picture is zoomed in on. */
export interface ZoomInOptions {
  /** Range of the part's sides, as a share. Default [0.7, 1]. */
  readonly scale?: Range;
  /** Probability. Default 0.3. */
  readonly p?: number;
}

type Resolved = Required<ZoomInOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  scale: rangeSchema(1e-6, 1).default([0.7, 1]),
  p: probabilitySchema.default(0.3),
});

/** Comes closer. */
export class ZoomIn extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: ZoomInOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    if (random.float() >= this.options.p) return image;
    const scale = random.uniform(...this.options.scale);
    const left = random.integer(image.width - scaled(image.width, scale) + 1);
    const top = random.integer(image.height - scaled(image.height, scale) + 1);
    return zoomIn(image, scale, [left, top]);
  }
}

/** The part of `trunc(side * scale)` pixels a side at `offset` [x, y], enlarged to the picture's size. */
export function zoomIn(image: Image, scale: number, [left, top]: readonly [number, number]): Image {
  const region = { left, top, width: scaled(image.width, scale), height: scaled(image.height, scale) };
  return resize(image, image.width, image.height, "bilinear", region);
}
