// RandomChoice: one of several transforms.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Pixels } from "../image/image.ts";
import { type Transform, TransformGroup, transformsSchema } from "./transform.ts";

/** What is chosen from, and how often each is; weights need not sum to 1. */
export interface RandomChoiceOptions {
  readonly transforms: readonly Transform[];
  /** Weight of each transform. Default equal. */
  readonly p?: readonly number[] | null;
}

type Resolved = Required<RandomChoiceOptions>;

const schema: z.ZodType<Resolved> = z
  .strictObject({
    transforms: transformsSchema.refine((list) => list.length > 0, "give at least one transform"),
    p: z.array(z.number().min(0)).readonly().nullable().default(null),
  })
  .refine(
    ({ transforms, p }) => p === null || (p.length === transforms.length && p.some((weight) => weight > 0)),
    {
      path: ["p"],
      message: "give one weight for each transform, at least one above 0",
    },
  );

/** torchvision's `RandomChoice`. */
export class RandomChoice extends TransformGroup<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomChoiceOptions) {
    super(schema, options);
  }

  override apply(input: Pixels, random: RandomStream): Pixels | Promise<Pixels> {
    return this.transforms[this.#draw(random)]!.apply(input, random);
  }

  #draw(random: RandomStream): number {
    const { p } = this.options;
    if (p === null) return random.integer(this.transforms.length);
    const total = p.reduce((sum, weight) => sum + weight, 0);
    let left = random.float() * total;
    const index = p.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return index >= 0 ? index : p.findLastIndex((weight) => weight > 0);
  }
}
