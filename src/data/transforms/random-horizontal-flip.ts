// RandomHorizontalFlip: the mirror image, with a given probability.
import { z } from "zod";
import type { RandomStream } from "../../core/index.ts";
import { blankImage, type Image } from "../image.ts";
import { probabilitySchema } from "./options.ts";
import { ImageTransform } from "./transform.ts";

export interface RandomHorizontalFlipOptions {
  /** Probability. Default 0.5. */
  readonly p?: number;
}

type Resolved = Required<RandomHorizontalFlipOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  p: probabilitySchema.default(0.5),
});

/** torchvision's `RandomHorizontalFlip`. */
export class RandomHorizontalFlip extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomHorizontalFlipOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return random.float() < this.options.p ? flipHorizontally(image) : image;
  }
}

/** The picture mirrored left to right. */
export function flipHorizontally(image: Image): Image {
  const result = blankImage(image.width, image.height);
  const length = image.width * 3;
  for (let row = 0; row < image.data.length; row += length) {
    for (let from = row, to = row + length - 3; from < row + length; from += 3, to -= 3) {
      result.data[to] = image.data[from]!;
      result.data[to + 1] = image.data[from + 1]!;
      result.data[to + 2] = image.data[from + 2]!;
    }
  }
  return result;
}
