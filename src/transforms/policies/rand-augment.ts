// RandAugment: a few random operations of one strength (Cubuk et al., 2019).
import * as z from "zod";
import type { RandomStream } from "../../core/index.ts";
import type { Image, ImageSize } from "../../image/image.ts";
import { fillSchema, warpInterpolationSchema } from "../options.ts";
import type { Fill, WarpInterpolation } from "../pixels/geometry.ts";
import { ImageTransform } from "../transform.ts";
import { applyOperations, type DrawnOperation, drawSign, USUAL_STRENGTHS } from "./augmentation-space.ts";

/** How many operations, and how strong; the defaults are torchvision's. */
export interface RandAugmentOptions {
  /** Operations applied one after the other. Default 2. */
  readonly numOps?: number;
  /** Strength, below `numMagnitudeBins`. Default 9. */
  readonly magnitude?: number;
  /** Default 31. */
  readonly numMagnitudeBins?: number;
  /** Default "nearest". */
  readonly interpolation?: WarpInterpolation;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
}

type Resolved = Required<RandAugmentOptions>;

const schema: z.ZodType<Resolved> = z
  .strictObject({
    numOps: z.int().min(0).default(2),
    magnitude: z.int().min(0).default(9),
    numMagnitudeBins: z.int().min(2).default(31),
    interpolation: warpInterpolationSchema.default("nearest"),
    fill: fillSchema.default(0),
  })
  .refine(({ magnitude, numMagnitudeBins }) => magnitude < numMagnitudeBins, {
    path: ["magnitude"],
    message: "magnitude must be below numMagnitudeBins",
  });

const OPERATIONS = [...USUAL_STRENGTHS];

/** torchvision's `RandAugment`. */
export class RandAugment extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandAugmentOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    return applyOperations(image, drawRandAugment(this.options, image, random), this.options);
  }
}

/** The operations for a picture, first to last. */
export function drawRandAugment(
  { numOps, magnitude, numMagnitudeBins }: Resolved,
  size: ImageSize,
  random: RandomStream,
): DrawnOperation[] {
  return Array.from({ length: numOps }, () => {
    const [operation, strengths] = OPERATIONS[random.integer(OPERATIONS.length)]!;
    return drawSign(operation, strengths, magnitude, numMagnitudeBins, size, random);
  });
}
