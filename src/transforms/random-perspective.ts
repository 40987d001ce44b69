// RandomPerspective: seen from a random angle, with a given probability.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { fillSchema, probabilitySchema, warpInterpolationSchema } from "./options.ts";
import { type Fill, perspective, type WarpInterpolation } from "./pixels/geometry.ts";
import { ImageTransform } from "./transform.ts";

/** How far and how often a picture is tilted. */
export interface RandomPerspectiveOptions {
  /** How far the corners may move inwards, as a share of half the sides. Default 0.5. */
  readonly distortionScale?: number;
  /** Probability. Default 0.5. */
  readonly p?: number;
  /** Default "bilinear". */
  readonly interpolation?: WarpInterpolation;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
}

type Resolved = Required<RandomPerspectiveOptions>;
type Corners = readonly (readonly [number, number])[];

const schema: z.ZodType<Resolved> = z.strictObject({
  distortionScale: z.number().min(0).max(1).default(0.5),
  p: probabilitySchema.default(0.5),
  interpolation: warpInterpolationSchema.default("bilinear"),
  fill: fillSchema.default(0),
});

/** torchvision's `RandomPerspective`. */
export class RandomPerspective extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomPerspectiveOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { distortionScale, p, interpolation, fill } = this.options;
    if (random.float() >= p) return image;
    const { width, height } = image;
    const corners: Corners = [
      [0, 0],
      [width - 1, 0],
      [width - 1, height - 1],
      [0, height - 1],
    ];
    return perspective(
      image,
      corners,
      drawCorners(width, height, distortionScale, random),
      interpolation,
      fill,
    );
  }
}

/** Where the corners go: top left, top right, bottom right, bottom left. */
export function drawCorners(
  width: number,
  height: number,
  distortionScale: number,
  random: RandomStream,
): Corners {
  const across = Math.trunc(distortionScale * (width >> 1)) + 1;
  const down = Math.trunc(distortionScale * (height >> 1)) + 1;
  const left = (): number => random.integer(across);
  const right = (): number => width - across + random.integer(across);
  const top = (): number => random.integer(down);
  const bottom = (): number => height - down + random.integer(down);
  return [
    [left(), top()],
    [right(), top()],
    [right(), bottom()],
    [left(), bottom()],
  ];
}
