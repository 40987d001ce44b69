// Normalize: subtracts a mean and divides by a standard deviation, per channel.
import { z } from "zod";
import { hostTensor } from "../../core/index.ts";
import type { ImageTensor } from "../image.ts";
import { TensorTransform } from "./transform.ts";

/** Red, green, blue. */
export type PerChannel = readonly [number, number, number];

export interface NormalizeOptions {
  /** Default ImageNet's, [0.485, 0.456, 0.406]. */
  readonly mean?: PerChannel;
  /** Default ImageNet's, [0.229, 0.224, 0.225]. */
  readonly std?: PerChannel;
}

type Resolved = Required<NormalizeOptions>;

export const IMAGENET_MEAN: PerChannel = [0.485, 0.456, 0.406];
export const IMAGENET_STD: PerChannel = [0.229, 0.224, 0.225];

const positive: z.ZodType<number> = z.number().positive("a standard deviation is above 0");

const schema: z.ZodType<Resolved> = z.strictObject({
  mean: z.tuple([z.number(), z.number(), z.number()]).readonly().default(IMAGENET_MEAN),
  std: z.tuple([positive, positive, positive]).readonly().default(IMAGENET_STD),
});

/** torchvision's `Normalize`, in float32. */
export class Normalize extends TensorTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: NormalizeOptions = {}) {
    super(schema, options);
  }

  protected override transform(tensor: ImageTensor): ImageTensor {
    const area = tensor.data.length / 3;
    const out = new Float32Array(tensor.data.length);
    for (let c = 0; c < 3; c++) {
      this.normalize(
        c,
        tensor.data.subarray(c * area, (c + 1) * area),
        out.subarray(c * area, (c + 1) * area),
      );
    }
    return hostTensor("float32", tensor.shape, out);
  }

  /** Normalises values of one channel from `input` into `output`. */
  normalize(channel: number, input: Float32Array, output: Float32Array): void {
    const mean = Math.fround(this.options.mean[channel]!);
    const deviation = Math.fround(this.options.std[channel]!);
    for (let i = 0; i < input.length; i++) output[i] = Math.fround(input[i]! - mean) / deviation;
  }
}
