// Normalize: subtracts a mean and divides by a standard deviation, per channel.
import * as z from "zod";
import { hostTensor } from "../core/index.ts";
import type { ImageTensor } from "../image/image.ts";
import type { Scaling } from "../image/kernels/index.ts";
import { TensorTransform } from "./transform.ts";

/** Red, green, blue. */
export type PerChannel = readonly [number, number, number];

/** What is subtracted and divided by, in units of the tensor: 0 to 1 after `ToDtype`. */
export interface NormalizeOptions {
  /** One for all channels or one for each. Default ImageNet's, [0.485, 0.456, 0.406]. */
  readonly mean?: PerChannel | readonly [number];
  /** One for all channels or one for each. Default ImageNet's, [0.229, 0.224, 0.225]. */
  readonly std?: PerChannel | readonly [number];
  /** Of no effect: nobody else sees the tensor that this takes. */
  readonly inplace?: boolean | undefined;
}

interface Resolved {
  readonly mean: PerChannel;
  readonly std: PerChannel;
}

/** Mean of ImageNet's red, green and blue, of values in 0..1, as torchvision's weights expect it. */
export const IMAGENET_MEAN: PerChannel = [0.485, 0.456, 0.406];
/** Standard deviation of ImageNet's red, green and blue, of values in 0..1. */
export const IMAGENET_STD: PerChannel = [0.229, 0.224, 0.225];

const positive: z.ZodType<number> = z.number().positive("a standard deviation is above 0");

/** torch broadcasts a list of one. */
const perChannel = (number: z.ZodType<number>): z.ZodType<PerChannel> =>
  z.preprocess(
    (value) => (Array.isArray(value) && value.length === 1 ? [value[0], value[0], value[0]] : value),
    z.tuple([number, number, number]).readonly(),
  );

const schema: z.ZodType<Resolved> = z.strictObject({
  mean: perChannel(z.number()).default(IMAGENET_MEAN),
  std: perChannel(positive).default(IMAGENET_STD),
  inplace: z.boolean().optional(),
});

/** torchvision's `Normalize`, in float32. */
export class Normalize extends TensorTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: NormalizeOptions = {}) {
    super(schema, options);
  }

  /** What a channel's value is reduced and divided by. */
  scaling(): Pick<Scaling, "mean" | "deviation"> {
    return { mean: this.options.mean, deviation: this.options.std };
  }

  protected override transform(tensor: ImageTensor): ImageTensor {
    const area = tensor.data.length / 3;
    const out = new Float32Array(tensor.data.length);
    for (let channel = 0; channel < 3; channel++) {
      const mean = Math.fround(this.options.mean[channel]!);
      const deviation = Math.fround(this.options.std[channel]!);
      for (let i = channel * area; i < (channel + 1) * area; i++) {
        out[i] = Math.fround(tensor.data[i]! - mean) / deviation;
      }
    }
    return hostTensor("float32", tensor.shape, out);
  }
}
