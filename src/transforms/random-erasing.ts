// RandomErasing: a random rectangle of the tensor blanked out, with a given probability.
import * as z from "zod";
import { hostTensor, type RandomStream } from "../core/index.ts";
import type { ImageTensor } from "../image/image.ts";
import { probabilitySchema, type Range, rangeSchema, unwrapped } from "./options.ts";
import type { Region } from "./pixels/resample.ts";
import { roundHalfEven } from "./pixels/rounding.ts";
import { TensorTransform } from "./transform.ts";

/** How often, how large and of what shape the rectangle is, and what fills it. */
export interface RandomErasingOptions {
  /** Probability. Default 0.5. */
  readonly p?: number;
  /** Share of the area. Default [0.02, 0.33]. */
  readonly scale?: Range;
  /** Aspect ratio, height by width. Default [0.3, 3.3]. */
  readonly ratio?: Range;
  /** What fills the rectangle, after Normalize: a number, one per channel, or "random" normal noise. Default 0. */
  readonly value?: number | readonly [number, number, number] | "random";
  /** Of no effect: nobody else sees the tensor that this takes. */
  readonly inplace?: boolean | undefined;
}

type Resolved = Required<Omit<RandomErasingOptions, "inplace">>;

const schema: z.ZodType<Resolved> = z.strictObject({
  p: probabilitySchema.default(0.5),
  scale: rangeSchema(0, 1).default([0.02, 0.33]),
  ratio: rangeSchema(1e-6).default([0.3, 3.3]),
  value: unwrapped(
    z.union([z.number(), z.tuple([z.number(), z.number(), z.number()]).readonly(), z.literal("random")]),
  ).default(0),
  inplace: z.boolean().optional(),
});

const TRIES = 10;

/** torchvision's `RandomErasing`. */
export class RandomErasing extends TensorTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomErasingOptions = {}) {
    super(schema, options);
  }

  protected override transform(tensor: ImageTensor, random: RandomStream): ImageTensor {
    const { p, scale, ratio, value } = this.options;
    if (random.float() >= p) return tensor;
    const [, height, width] = tensor.shape as [number, number, number];
    const region = drawErased(width, height, scale, ratio, random);
    if (region === undefined) return tensor;
    const noise = (): number => random.normal();
    return erase(
      tensor,
      region,
      value === "random" ? noise : (c) => (typeof value === "number" ? value : value[c]!),
    );
  }
}

/** The rectangle to erase: ten tries, each smaller than the picture; undefined where none is. */
export function drawErased(
  width: number,
  height: number,
  scale: Range,
  ratio: Range,
  random: RandomStream,
): Region | undefined {
  const [lowest, highest] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = width * height * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(lowest, highest));
    const h = roundHalfEven(Math.sqrt(area * aspect));
    const w = roundHalfEven(Math.sqrt(area / aspect));
    if (h >= height || w >= width) continue;
    const top = random.integer(height - h + 1);
    const left = random.integer(width - w + 1);
    return { top, left, width: w, height: h };
  }
  return undefined;
}

/** A copy of the tensor with `value(channel)` written into the region. */
export function erase(tensor: ImageTensor, region: Region, value: (channel: number) => number): ImageTensor {
  const [, height, width] = tensor.shape as [number, number, number];
  const data = Float32Array.from(tensor.data);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = region.top; y < region.top + region.height; y++) {
      const row = (channel * height + y) * width;
      for (let x = region.left; x < region.left + region.width; x++) data[row + x] = value(channel);
    }
  }
  return hostTensor("float32", tensor.shape, data);
}
