// RandomOrder: several transforms in random order.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Pixels } from "../image/image.ts";
import { type Transform, TransformGroup, transformsSchema } from "./transform.ts";

/** The transforms; all of them are applied. */
export interface RandomOrderOptions {
  readonly transforms: readonly Transform[];
}

const schema: z.ZodType<RandomOrderOptions> = z.strictObject({ transforms: transformsSchema });

/** torchvision's `RandomOrder`. */
export class RandomOrder extends TransformGroup<RandomOrderOptions> {
  static readonly schema: z.ZodType<RandomOrderOptions> = schema;

  constructor(options: RandomOrderOptions) {
    super(schema, options);
  }

  override async apply(input: Pixels, random: RandomStream): Promise<Pixels> {
    let pixels = input;
    for (const index of random.permutation(this.transforms.length)) {
      pixels = await this.transforms[index]!.apply(pixels, random);
    }
    return pixels;
  }
}
