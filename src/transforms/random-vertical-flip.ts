// RandomVerticalFlip: upside down, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import { blankImage, type Image } from "../image/image.ts";
import { probabilitySchema } from "./options.ts";
import { ImageTransform } from "./transform.ts";

/** How often a picture is turned upside down. */
export interface RandomVerticalFlipOptions {
  /** Probability. Default 0.5. */
  readonly p?: number;
}

type Resolved = Required<RandomVerticalFlipOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({ p: probabilitySchema.default(0.5) });

/** torchvision's `RandomVerticalFlip`. */
export class RandomVerticalFlip extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomVerticalFlipOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return random.float() < this.options.p ? flipVertically(image) : image;
  }
}

/** The picture mirrored top to bottom. */
export function flipVertically(image: Image): Image {
  const result = blankImage(image.width, image.height);
  const length = image.width * 3;
  for (let row = 0; row < image.data.length; row += length) {
    result.data.set(image.data.subarray(row, row + length), image.data.length - length - row);
  }
  return result;
}
