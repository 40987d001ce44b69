// MixUp: each picture blended with another of its batch (Zhang et al., 2017).
import type { z } from "zod";
import type { RandomStream } from "../../core/index.ts";
import { symmetricBeta } from "../pixels/distributions.ts";
import { parseOptions, type TransformDescription } from "../transform.ts";
import {
  type BatchTransform,
  type MixedBatch,
  type MixOptions,
  mixSchema,
  mixWithPrevious,
} from "./batch-transform.ts";

export type MixUpOptions = MixOptions;

/** torchvision's `MixUp`: one share for the batch; each sample is mixed with the one before it. */
export class MixUp implements BatchTransform {
  static readonly schema: z.ZodType<Required<MixUpOptions>> = mixSchema;
  readonly options: Required<MixUpOptions>;

  constructor(options: MixUpOptions = {}) {
    this.options = parseOptions("MixUp", mixSchema, options);
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
