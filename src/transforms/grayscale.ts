// Grayscale and RandomGrayscale: grey pictures of three equal channels.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { probabilitySchema } from "./options.ts";
import { grayscale } from "./pixels/color.ts";
import { ImageTransform } from "./transform.ts";

/** For torchvision's sake: of no effect on the pixels. */
export interface GrayscaleOptions {
  /**
   * Default 3. The picture has three equal channels either way: with 1 the tensor is what torchvision makes of its one
   * channel by a `Normalize` with three means, and what networks of three channels take.
   */
  readonly numOutputChannels?: 1 | 3;
}

const graySchema: z.ZodType<Required<GrayscaleOptions>> = z.strictObject({
  numOutputChannels: z.union([z.literal(1), z.literal(3)]).default(3),
});

/** torchvision's `Grayscale`. */
export class Grayscale extends ImageTransform<Required<GrayscaleOptions>> {
  static readonly schema: z.ZodType<Required<GrayscaleOptions>> = graySchema;

  constructor(options: GrayscaleOptions = {}) {
    super(graySchema, options);
  }

  protected override transform(image: Image): Image {
    return grayscale(image);
  }
}

/** How often a picture loses its colours. */
export interface RandomGrayscaleOptions {
  /** Probability. Default 0.1. */
  readonly p?: number;
}

const randomSchema: z.ZodType<Required<RandomGrayscaleOptions>> = z.strictObject({
  p: probabilitySchema.default(0.1),
});

/** torchvision's `RandomGrayscale`. */
export class RandomGrayscale extends ImageTransform<Required<RandomGrayscaleOptions>> {
  static readonly schema: z.ZodType<Required<RandomGrayscaleOptions>> = randomSchema;

  constructor(options: RandomGrayscaleOptions = {}) {
    super(randomSchema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return random.float() < this.options.p ? grayscale(image) : image;
  }
}
