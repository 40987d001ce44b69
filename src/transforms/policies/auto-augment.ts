// AutoAugment: one of 25 learned pairs of operations (Cubuk et al., 2018), the ImageNet policy.
import * as z from "zod";
import type { RandomStream } from "../../core/index.ts";
import type { Image, ImageSize } from "../../image/image.ts";
import { fillSchema, warpInterpolationSchema } from "../options.ts";
import type { Fill, WarpInterpolation } from "../pixels/geometry.ts";
import { ImageTransform } from "../transform.ts";
import {
  applyOperations,
  type DrawnOperation,
  drawSign,
  type Operation,
  USUAL_STRENGTHS,
} from "./augmentation-space.ts";

/** The policy, and how its geometric operations read the picture. */
export interface AutoAugmentOptions {
  /** Only "imagenet". */
  readonly policy?: "imagenet";
  /** Default "nearest". */
  readonly interpolation?: WarpInterpolation;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
}

type Resolved = Required<AutoAugmentOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  policy: z.literal("imagenet").default("imagenet"),
  interpolation: warpInterpolationSchema.default("nearest"),
  fill: fillSchema.default(0),
});

const BINS = 10;

/** An operation, its probability and its strength. */
type Step = readonly [Operation, number, number];

/** Table 9 of the paper, as torchvision has it. */
const IMAGENET: readonly (readonly [Step, Step])[] = [
  [
    ["Posterize", 0.4, 8],
    ["Rotate", 0.6, 9],
  ],
  [
    ["Solarize", 0.6, 5],
    ["AutoContrast", 0.6, 0],
  ],
  [
    ["Equalize", 0.8, 0],
    ["Equalize", 0.6, 0],
  ],
  [
    ["Posterize", 0.6, 7],
    ["Posterize", 0.6, 6],
  ],
  [
    ["Equalize", 0.4, 0],
    ["Solarize", 0.2, 4],
  ],
  [
    ["Equalize", 0.4, 0],
    ["Rotate", 0.8, 8],
  ],
  [
    ["Solarize", 0.6, 3],
    ["Equalize", 0.6, 0],
  ],
  [
    ["Posterize", 0.8, 5],
    ["Equalize", 1, 0],
  ],
  [
    ["Rotate", 0.2, 3],
    ["Solarize", 0.6, 8],
  ],
  [
    ["Equalize", 0.6, 0],
    ["Posterize", 0.4, 6],
  ],
  [
    ["Rotate", 0.8, 8],
    ["Color", 0.4, 0],
  ],
  [
    ["Rotate", 0.4, 9],
    ["Equalize", 0.6, 0],
  ],
  [
    ["Equalize", 0, 0],
    ["Equalize", 0.8, 0],
  ],
  [
    ["Invert", 0.6, 0],
    ["Equalize", 1, 0],
  ],
  [
    ["Color", 0.6, 4],
    ["Contrast", 1, 8],
  ],
  [
    ["Rotate", 0.8, 8],
    ["Color", 1, 2],
  ],
  [
    ["Color", 0.8, 8],
    ["Solarize", 0.8, 7],
  ],
  [
    ["Sharpness", 0.4, 7],
    ["Invert", 0.6, 0],
  ],
  [
    ["ShearX", 0.6, 5],
    ["Equalize", 1, 0],
  ],
  [
    ["Color", 0.4, 0],
    ["Equalize", 0.6, 0],
  ],
  [
    ["Equalize", 0.4, 0],
    ["Solarize", 0.2, 4],
  ],
  [
    ["Solarize", 0.6, 5],
    ["AutoContrast", 0.6, 0],
  ],
  [
    ["Invert", 0.6, 0],
    ["Equalize", 1, 0],
  ],
  [
    ["Color", 0.6, 4],
    ["Contrast", 1, 8],
  ],
  [
    ["Equalize", 0.8, 0],
    ["Equalize", 0.6, 0],
  ],
];

/** torchvision's `AutoAugment` with the ImageNet policy. */
export class AutoAugment extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: AutoAugmentOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return applyOperations(image, drawAutoAugment(image, random), this.options);
  }
}

/** The operations for a picture, first to last: those of one pair that come to pass. */
export function drawAutoAugment(size: ImageSize, random: RandomStream): DrawnOperation[] {
  const drawn: DrawnOperation[] = [];
  for (const [operation, probability, bin] of IMAGENET[random.integer(IMAGENET.length)]!) {
    if (random.float() >= probability) continue;
    drawn.push(drawSign(operation, USUAL_STRENGTHS.get(operation), bin, BINS, size, random));
  }
  return drawn;
}
