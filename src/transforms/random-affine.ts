// RandomAffine: a random rotation, shift, scale and shear.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import {
  fillSchema,
  type Range,
  rangeSchema,
  symmetricRange,
  symmetricRangeSchema,
  warpInterpolationSchema,
} from "./options.ts";
import { affine, type Fill, type WarpInterpolation } from "./pixels/geometry.ts";
import { roundHalfEven } from "./pixels/rounding.ts";
import { ImageTransform } from "./transform.ts";

/** What is drawn for each picture, uniformly; only the rotation must be given. */
export interface RandomAffineOptions {
  /** x for [-x, x] degrees, or a range. */
  readonly degrees: number | Range;
  /** Largest shift as a share of width and height. Default none. */
  readonly translate?: Range | null;
  /** Range of the scale. Default 1. */
  readonly scale?: Range | null;
  /** x for [-x, x] degrees along x; a range along x; or [x low, x high, y low, y high]. Default none. */
  readonly shear?: number | Range | readonly [number, number, number, number] | null;
  /** Default "nearest". */
  readonly interpolation?: WarpInterpolation;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
  /** Fixed point [x, y]; default the middle. */
  readonly center?: Range | null;
}

type Resolved = Required<RandomAffineOptions>;

const share: z.ZodType<number> = z.number().min(0).max(1);
const degrees: z.ZodType<number> = z.number();

const schema: z.ZodType<Resolved> = z.strictObject({
  degrees: symmetricRangeSchema,
  translate: z.tuple([share, share]).readonly().nullable().default(null),
  scale: rangeSchema(1e-6).nullable().default(null),
  shear: z
    .union([symmetricRangeSchema, z.tuple([degrees, degrees, degrees, degrees]).readonly()])
    .nullable()
    .default(null),
  interpolation: warpInterpolationSchema.default("nearest"),
  fill: fillSchema.default(0),
  center: z.tuple([z.number(), z.number()]).readonly().nullable().default(null),
});

/** torchvision's `RandomAffine`. */
export class RandomAffine extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomAffineOptions) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { interpolation, fill, center } = this.options;
    const drawn = drawAffine(this.options, image.width, image.height, random);
    return affine(image, { ...drawn, interpolation, fill, center: center ?? undefined });
  }
}

/** The parameters of one call. Shifts are whole pixels. */
export function drawAffine(
  options: Pick<Resolved, "degrees" | "translate" | "scale" | "shear">,
  width: number,
  height: number,
  random: RandomStream,
): {
  readonly angle: number;
  readonly translate: readonly [number, number];
  readonly scale: number;
  readonly shear: readonly [number, number];
} {
  const { translate, scale, shear } = options;
  const uniform = ([low, high]: Range): number => random.uniform(low, high);
  const shift = (most: number): number => roundHalfEven(random.uniform(-most, most));
  const angle = uniform(symmetricRange(options.degrees));
  const [dx, dy] = translate ?? [0, 0];
  const shifts = [shift(dx * width), shift(dy * height)] as const;
  const factor = scale === null ? 1 : uniform(scale);
  const shears = shear === null ? 0 : shear;
  if (typeof shears === "number" || shears.length === 2) {
    const alongX = shears === 0 ? 0 : uniform(symmetricRange(shears));
    return { angle, translate: shifts, scale: factor, shear: [alongX, 0] };
  }
  const both = [uniform([shears[0], shears[1]]), uniform([shears[2], shears[3]])] as const;
  return { angle, translate: shifts, scale: factor, shear: both };
}
