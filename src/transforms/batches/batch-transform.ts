// What a transform of whole batches is: it mixes pictures, and their targets with them.
import * as z from "zod";
import {
  ABSENT,
  checkLabels,
  type HostTensor,
  hostTensor,
  parseOptions,
  type RandomStream,
  UNKNOWN,
} from "../../core/index.ts";
import { symmetricBeta } from "../pixels/distributions.ts";
import type { TransformDescription } from "../transform.ts";

/** Pictures of a batch with the share that each class or label has in each of them. */
export interface MixedBatch {
  /** [N, 3, height, width] */
  readonly images: HostTensor<"float32">;
  /** [N, classes]; rows sum to 1. Of several labels entries from 0 to 1, and -1 for what is not known. */
  readonly targets: HostTensor<"float32">;
}

/** Mixes a batch, which it leaves as it is; the same random numbers give the same mixture. */
export interface BatchTransform {
  apply(batch: MixedBatch, random: RandomStream): MixedBatch;
  describe(): TransformDescription;
}

/** How strongly pictures are mixed: with a small `alpha` most stay nearly as they are. */
export interface MixOptions {
  /** Parameter of the beta distribution the share is drawn from. Default 1. */
  readonly alpha?: number;
  /**
   * What a mixture of pictures with several labels has: "mixture", of each label the share of the pictures that have it; or
   * "union", all labels of both. An entry that is not known in a part is not known in the mixture, unless a union has it
   * anyway. Default "mixture", which alone goes with one class a picture.
   */
  readonly targets?: MixedTargets;
}

/** What becomes of the targets of mixed pictures. */
export type MixedTargets = "mixture" | "union";

const schema: z.ZodType<Required<MixOptions>> = z.strictObject({
  alpha: z.number().positive("alpha is above 0").default(1),
  targets: z.enum(["mixture", "union"]).default("mixture"),
});

/** Mixes each sample of a batch with the one before it, by one share for the batch. */
export abstract class Mix implements BatchTransform {
  static readonly schema: z.ZodType<Required<MixOptions>> = schema;
  readonly options: Required<MixOptions>;

  constructor(options: MixOptions = {}) {
    this.options = parseOptions(this.constructor.name, schema, options);
  }

  /** The batch with about `share` of each sample's own. */
  protected abstract mix(batch: MixedBatch, share: number, random: RandomStream): MixedBatch;

  apply(batch: MixedBatch, random: RandomStream): MixedBatch {
    return this.mix(batch, symmetricBeta(this.options.alpha, random), random);
  }

  describe(): TransformDescription {
    return { name: this.constructor.name, options: { ...this.options } };
  }
}

/** Any object with the methods of a batch transform. */
export const batchTransformSchema: z.ZodType<BatchTransform> = z.custom<BatchTransform>(
  (value) => typeof value === "object" && value !== null && "apply" in value && "describe" in value,
  "not a transform of batches",
);

/**
 * Rows of zeros with a one at the label.
 * @throws ClassifierTrainingError kind "data" `LABEL_RANGE` for a label that is no class index
 */
export function oneHot(labels: Int32Array, classes: number): HostTensor<"float32"> {
  checkLabels(labels, { numClasses: classes });
  const data = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) data[row * classes + label] = 1;
  return hostTensor("float32", [labels.length, classes], data);
}

/**
 * The targets of mixtures with `weight` of each sample and the rest of the one before it: shares, or the union of what is in
 * either with a weight above 0; what is not known in one of them is not known in the mixture, unless a union has it anyway.
 */
export function mixTargets(
  targets: HostTensor<"float32">,
  weight: number,
  kind: MixedTargets,
): HostTensor<"float32"> {
  const mixed = mixWithPrevious(targets, weight);
  const { data, shape } = targets;
  const row = data.length / shape[0]!;
  for (let i = 0; i < data.length; i++) {
    const own = weight > 0 ? data[i]! : ABSENT;
    const other = weight < 1 ? data[i < row ? data.length - row + i : i - row]! : ABSENT;
    if (kind === "union" && Math.max(own, other) > 0) mixed.data[i] = Math.max(own, other);
    else if (own === UNKNOWN || other === UNKNOWN) mixed.data[i] = UNKNOWN;
  }
  return mixed;
}

/** `weight * row + (1 - weight) * (the row before it)`, the last row coming before the first, in float32. */
export function mixWithPrevious(tensor: HostTensor<"float32">, weight: number): HostTensor<"float32"> {
  const { data, shape } = tensor;
  const own = Math.fround(weight);
  const other = Math.fround(1 - weight);
  const row = data.length / shape[0]!;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const previous = data[i < row ? data.length - row + i : i - row]!;
    out[i] = Math.fround(previous * other) + Math.fround(data[i]! * own);
  }
  return hostTensor("float32", shape, out);
}
