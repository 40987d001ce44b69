// Resize: the shorter side, or both sides, to a given size.
import { z } from "zod";
import type { RandomStream } from "../../core/index.ts";
import type { ImageSize } from "../image.ts";
import type { Pass } from "../kernels/index.ts";
import { interpolationSchema, type SizeOption, sizeSchema } from "./options.ts";
import { type Interpolation, resizePasses } from "./resample.ts";
import { PassTransform } from "./transform.ts";

export interface ResizeOptions {
  /** One number: the shorter side, the longer follows (truncated). [height, width]: exactly that. */
  readonly size: SizeOption;
  /** Default "bilinear". */
  readonly interpolation?: Interpolation;
  /** Upper limit of the longer side where `size` is one number. Default none. */
  readonly maxSize?: number | null;
}

type Resolved = Required<ResizeOptions>;

const schema: z.ZodType<Resolved> = z
  .strictObject({
    size: sizeSchema,
    interpolation: interpolationSchema.default("bilinear"),
    maxSize: z.int().min(1).nullable().default(null),
  })
  .refine(({ size, maxSize }) => maxSize === null || (typeof size === "number" && maxSize > size), {
    path: ["maxSize"],
    message: "maxSize must be greater than size, which must be one number",
  });

/** torchvision's `Resize` on a picture: Pillow's filters, always antialiased. */
export class Resize extends PassTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: ResizeOptions) {
    super(schema, options);
  }

  override passes(image: ImageSize, _random?: RandomStream): readonly Pass[] {
    const { size, interpolation, maxSize } = this.options;
    const [height, width] = typeof size === "number" ? shorterSide(image, size, maxSize) : size;
    return resizePasses(image, width, height, interpolation);
  }
}

/** The height and width at which the shorter side is `size`; torchvision truncates the longer one. */
function shorterSide(image: ImageSize, size: number, maxSize: number | null): readonly [number, number] {
  const portrait = image.width <= image.height;
  const [short, long] = portrait ? [image.width, image.height] : [image.height, image.width];
  let newShort = size;
  let newLong = Math.max(1, Math.trunc((size * long) / short));
  if (maxSize !== null && newLong > maxSize) {
    newShort = Math.max(1, Math.trunc((maxSize * newShort) / newLong));
    newLong = maxSize;
  }
  return portrait ? [newLong, newShort] : [newShort, newLong];
}
