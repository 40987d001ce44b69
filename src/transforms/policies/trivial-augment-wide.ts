// TrivialAugmentWide: one random operation of random strength (Mueller and Hutter, 2021).
import * as z from "zod";
import type { RandomStream } from "../../core/index.ts";
import type { Image, ImageSize } from "../../image/image.ts";
import { fillSchema, warpInterpolationSchema } from "../options.ts";
import type { Fill, WarpInterpolation } from "../pixels/geometry.ts";
import { ImageTransform } from "../transform.ts";
import {
  type AugmentationSpace,
  applyOperations,
  bits,
  type DrawnOperation,
  drawOperation,
  signed,
  threshold,
} from "./augmentation-space.ts";

/** How finely strengths are graded, and how geometric operations read the picture. */
export interface TrivialAugmentWideOptions {
  /** Number of strengths. Default 31. */
  readonly numMagnitudeBins?: number;
  /** Default "nearest". */
  readonly interpolation?: WarpInterpolation;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
}

type Resolved = Required<TrivialAugmentWideOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  numMagnitudeBins: z.int().min(2).default(31),
  interpolation: warpInterpolationSchema.default("nearest"),
  fill: fillSchema.default(0),
});

const SPACE: AugmentationSpace = new Map([
  ["Identity", undefined],
  ["ShearX", signed(0.99)],
  ["ShearY", signed(0.99)],
  ["TranslateX", signed(32)],
  ["TranslateY", signed(32)],
  ["Rotate", signed(135)],
  ["Brightness", signed(0.99)],
  ["Color", signed(0.99)],
  ["Contrast", signed(0.99)],
  ["Sharpness", signed(0.99)],
  ["Posterize", bits(8, 6)],
  ["Solarize", threshold],
  ["AutoContrast", undefined],
  ["Equalize", undefined],
]);
const OPERATIONS = [...SPACE];

/** torchvision's `TrivialAugmentWide`. */
export class TrivialAugmentWide extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: TrivialAugmentWideOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return applyOperations(image, [drawTrivialAugment(this.options, image, random)], this.options);
  }
}

/** The operation for a picture. */
export function drawTrivialAugment(
  { numMagnitudeBins }: Resolved,
  size: ImageSize,
  random: RandomStream,
): DrawnOperation {
  return drawOperation(OPERATIONS, { bins: numMagnitudeBins }, size, random);
}
