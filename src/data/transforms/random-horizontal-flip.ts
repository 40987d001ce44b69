// RandomHorizontalFlip: the mirror image, with a given probability.
import { z } from "zod";
import type { RandomStream } from "../../core/index.ts";
import type { Image } from "../image.ts";
import { pixelKernels } from "../kernels/index.ts";
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
export function flipHorizontally({ width, height, data }: Image): Image {
  return { width, height, data: pixelKernels().mirror(data, width) };
}
