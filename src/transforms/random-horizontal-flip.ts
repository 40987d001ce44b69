// RandomHorizontalFlip: the mirror image, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { ImageSize } from "../image/image.ts";
import type { Pass } from "../image/kernels/index.ts";
import { probabilitySchema } from "./options.ts";
import { PassTransform } from "./transform.ts";

/** How often a picture is mirrored. */
export interface RandomHorizontalFlipOptions {
  /** Probability. Default 0.5. */
  readonly p?: number;
}

type Resolved = Required<RandomHorizontalFlipOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  p: probabilitySchema.default(0.5),
});

/** torchvision's `RandomHorizontalFlip`. */
export class RandomHorizontalFlip extends PassTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomHorizontalFlipOptions = {}) {
    super(schema, options);
  }

  override passes(_size: ImageSize, random: RandomStream): readonly Pass[] {
    return random.float() < this.options.p ? [{ kind: "mirror" }] : [];
  }
}
