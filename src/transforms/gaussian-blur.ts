// GaussianBlur: blurred by a random amount.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { asRange, type Range, rangeSchema } from "./options.ts";
import { gaussianBlur } from "./pixels/convolution.ts";
import { ImageTransform } from "./transform.ts";

/** The kernel's size and width. */
export interface GaussianBlurOptions {
  /** Taps of the kernel, odd: one number, or [width, height]. */
  readonly kernelSize: number | readonly [number, number];
  /** Standard deviation in pixels, or a range it is drawn from. Default [0.1, 2]. */
  readonly sigma?: number | Range;
}

type Resolved = Required<GaussianBlurOptions>;

const taps: z.ZodType<number> = z
  .int()
  .min(1)
  .refine((size) => size % 2 === 1, "a kernel size is odd");

const schema: z.ZodType<Resolved> = z.strictObject({
  kernelSize: z.union([taps, z.tuple([taps, taps]).readonly()]),
  sigma: z.union([z.number().positive(), rangeSchema(1e-6)]).default([0.1, 2]),
});

/** torchvision's `GaussianBlur`. */
export class GaussianBlur extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: GaussianBlurOptions) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { kernelSize } = this.options;
    const sigma = drawSigma(this.options.sigma, random);
    const size = typeof kernelSize === "number" ? ([kernelSize, kernelSize] as const) : kernelSize;
    return gaussianBlur(image, size, [sigma, sigma]);
  }
}

/** A standard deviation in pixels. */
export function drawSigma(sigma: number | Range, random: RandomStream): number {
  return random.uniform(...asRange(sigma));
}
