// MixUp: each picture blended with another of its batch (Zhang et al., 2017).
import { z } from "zod";
import type { RandomStream } from "../../core/index.ts";
import { type BatchTransform, type MixedBatch, mixWithPrevious } from "./batch-transform.ts";
import { symmetricBeta } from "./distributions.ts";
import { parseOptions, type TransformDescription } from "./transform.ts";

export interface MixUpOptions {
  /** Parameter of the beta distribution the share is drawn from. Default 1. */
  readonly alpha?: number;
}

type Resolved = Required<MixUpOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  alpha: z.number().positive("alpha is above 0").default(1),
});

/** torchvision's `MixUp`: one share for the batch; each sample is mixed with the one before it. */
export class MixUp implements BatchTransform {
  static readonly schema: z.ZodType<Resolved> = schema;
  readonly options: Resolved;

  constructor(options: MixUpOptions = {}) {
    this.options = parseOptions("MixUp", schema, options);
  }

  apply(batch: MixedBatch, random: RandomStream): MixedBatch {
    return mixUp(batch, symmetricBeta(this.options.alpha, random));
  }

  describe(): TransformDescription {
    return { name: "MixUp", options: { ...this.options } };
  }
}

/** The batch with `share` of each sample and the rest of the one before it. */
export function mixUp({ images, targets }: MixedBatch, share: number): MixedBatch {
  return { images: mixWithPrevious(images, share), targets: mixWithPrevious(targets, share) };
}
