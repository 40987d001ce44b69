// GaussianNoise: normal noise on every channel, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import { blankImage, type Image } from "../image/image.ts";
import { probabilitySchema, type Range, rangeSchema } from "./options.ts";
import { ImageTransform } from "./transform.ts";

/** How strong the noise is, and how often it is added. */
export interface GaussianNoiseOptions {
  /** Range of the standard deviation, in levels of 0..255. Default [5, 25]. */
  readonly sigma?: Range;
  /** Probability. Default 0.3. */
  readonly p?: number;
}

type Resolved = Required<GaussianNoiseOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  sigma: rangeSchema(0).default([5, 25]),
  p: probabilitySchema.default(0.3),
});

/** The grain of a poor sensor. */
export class GaussianNoise extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: GaussianNoiseOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    if (random.float() >= this.options.p) return image;
    return addNoise(image, random.uniform(...this.options.sigma), random);
  }
}

/** Adds normal noise; clamped, then truncated. Each two uniforms give two deviates (Box-Muller). */
export function addNoise({ width, height, data }: Image, sigma: number, random: RandomStream): Image {
  const result = blankImage(width, height);
  const store = (at: number, noise: number): void => {
    result.data[at] = Math.min(Math.max(data[at]! + noise, 0), 255);
  };
  for (let i = 0; i < data.length; i += 2) {
    const radius = sigma * Math.sqrt(-2 * Math.log((random.uint32() + 1) / 2 ** 32));
    const angle = (2 * Math.PI * random.uint32()) / 2 ** 32;
    store(i, radius * Math.cos(angle));
    if (i + 1 < data.length) store(i + 1, radius * Math.sin(angle));
  }
  return result;
}
