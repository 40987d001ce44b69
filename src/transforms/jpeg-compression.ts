// JPEGCompression: the traces of a low-quality JPEG, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import { decodeImage } from "../image/decode.ts";
import type { Image } from "../image/image.ts";
import { encodeJpeg } from "../image/native/index.ts";
import { probabilitySchema, type Range } from "./options.ts";
import { ImageTransform } from "./transform.ts";

/** How bad the JPEG is, and how often there is one. */
export interface JPEGCompressionOptions {
  /** Range of the quality, whole numbers from 1 to 100. Default [20, 75]. */
  readonly quality?: Range;
  /** Probability. Default 0.5. */
  readonly p?: number;
}

type Resolved = Required<JPEGCompressionOptions>;

const quality: z.ZodType<number> = z.int().min(1).max(100);

const schema: z.ZodType<Resolved> = z.strictObject({
  quality: z
    .tuple([quality, quality])
    .readonly()
    .refine(([low, high]) => low <= high, "a range is [low, high] with low <= high")
    .default([20, 75]),
  p: probabilitySchema.default(0.5),
});

/** Encodes and decodes the picture as JPEG of random quality (4:2:0). */
export class JPEGCompression extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: JPEGCompressionOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image | Promise<Image> {
    const { quality, p } = this.options;
    if (random.float() >= p) return image;
    return jpegRoundTrip(image, quality[0] + random.integer(quality[1] - quality[0] + 1));
  }
}

/** The picture after a JPEG of this quality. */
export async function jpegRoundTrip(image: Image, quality: number): Promise<Image> {
  return decodeImage(await encodeJpeg(image, quality));
}
