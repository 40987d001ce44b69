// BilinearDownscale: shrunk and enlarged by bilinear filtering, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { probabilitySchema, type Range, rangeSchema } from "./options.ts";
import { scaled } from "./pixelate.ts";
import { resize } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** How small the picture gets in between, and how often. */
export interface BilinearDownscaleOptions {
  /** Range of the scale in between. Default [0.3, 0.75]. */
  readonly scale?: Range;
  /** Probability. Default 0.3. */
  readonly p?: number;
}

type Resolved = Required<BilinearDownscaleOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  scale: rangeSchema(1e-6, 1).default([0.3, 0.75]),
  p: probabilitySchema.default(0.3),
});

/** Lost detail, as of a picture that was enlarged. */
export class BilinearDownscale extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: BilinearDownscaleOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { p, scale } = this.options;
    return random.float() < p ? bilinearDownscale(image, random.uniform(...scale)) : image;
  }
}

/** Through `max(1, trunc(side * scale))` pixels a side and back. */
export function bilinearDownscale(image: Image, scale: number): Image {
  const { width, height } = image;
  return resize(resize(image, scaled(width, scale), scaled(height, scale)), width, height);
}
