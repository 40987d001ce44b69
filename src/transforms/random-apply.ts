// RandomApply: a group of transforms, all or none.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Pixels } from "../image/image.ts";
import { Compose } from "./compose.ts";
import { probabilitySchema } from "./options.ts";
import { type Transform, TransformGroup, transformsSchema } from "./transform.ts";

/** The group, applied in its order, and how often it is. */
export interface RandomApplyOptions {
  readonly transforms: readonly Transform[];
  /** Probability. Default 0.5. */
  readonly p?: number;
}

type Resolved = Required<RandomApplyOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  transforms: transformsSchema,
  p: probabilitySchema.default(0.5),
});

/** torchvision's `RandomApply`. */
export class RandomApply extends TransformGroup<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;
  readonly #all: Compose;

  constructor(options: RandomApplyOptions) {
    super(schema, options);
    this.#all = new Compose({ transforms: this.transforms });
  }

  override apply(input: Pixels, random: RandomStream): Pixels | Promise<Pixels> {
    return random.float() < this.options.p ? this.#all.apply(input, random) : input;
  }
}
