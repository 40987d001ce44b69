// RandomRotation: turned by a random angle.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import {
  fillSchema,
  type Range,
  symmetricRange,
  symmetricRangeSchema,
  warpInterpolationSchema,
} from "./options.ts";
import { type Fill, rotate, type WarpInterpolation } from "./pixels/geometry.ts";
import { ImageTransform } from "./transform.ts";

/** The angles, counted anticlockwise, and what becomes of the corners. */
export interface RandomRotationOptions {
  /** x for [-x, x] degrees, or a range. */
  readonly degrees: number | Range;
  /** Default "nearest". */
  readonly interpolation?: WarpInterpolation;
  /** Enlarges the picture so that all of it stays visible. Default false. */
  readonly expand?: boolean;
  /** Fixed point [x, y]; default the middle. */
  readonly center?: Range | null;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
}

type Resolved = Required<RandomRotationOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  degrees: symmetricRangeSchema,
  interpolation: warpInterpolationSchema.default("nearest"),
  expand: z.boolean().default(false),
  center: z.tuple([z.number(), z.number()]).readonly().nullable().default(null),
  fill: fillSchema.default(0),
});

/** torchvision's `RandomRotation`. */
export class RandomRotation extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomRotationOptions) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { interpolation, expand, center, fill } = this.options;
    const angle = drawAngle(this.options.degrees, random);
    return rotate(image, angle, { interpolation, expand, center: center ?? undefined, fill });
  }
}

/** An angle in degrees. */
export function drawAngle(degrees: number | Range, random: RandomStream): number {
  return random.uniform(...symmetricRange(degrees));
}
