// RandomCrop: a part of given size at a random place.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import { ClassifierTrainingError } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import {
  allSides,
  fillSchema,
  heightAndWidth,
  type PaddingOption,
  paddingModeSchema,
  paddingSchema,
  type SizeOption,
  sizeSchema,
} from "./options.ts";
import type { Fill } from "./pixels/geometry.ts";
import { type Padding, type PaddingMode, pad } from "./pixels/padding.ts";
import { crop } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** What is cut out, and what is done first with pictures that are too small. */
export interface RandomCropOptions {
  /** One number for a square, or [height, width]. */
  readonly size: SizeOption;
  /** Border added before: one number, [horizontal, vertical] or [left, top, right, bottom]. Default none. */
  readonly padding?: PaddingOption | null;
  /** Pads pictures that are smaller than `size` on both sides of the axis. Default false: an error. */
  readonly padIfNeeded?: boolean;
  /** Colour for "constant". Default 0. */
  readonly fill?: Fill;
  /** Default "constant". */
  readonly paddingMode?: PaddingMode;
}

type Resolved = Required<RandomCropOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  size: sizeSchema,
  padding: paddingSchema.nullable().default(null),
  padIfNeeded: z.boolean().default(false),
  fill: fillSchema.default(0),
  paddingMode: paddingModeSchema.default("constant"),
});

/** torchvision's `RandomCrop`. */
export class RandomCrop extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: RandomCropOptions) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { size, padding, padIfNeeded, fill, paddingMode } = this.options;
    const [height, width] = heightAndWidth(size);
    const [left, top, right, bottom] = allSides(padding ?? 0);
    const across = padIfNeeded ? Math.max(0, width - (image.width + left + right)) : 0;
    const down = padIfNeeded ? Math.max(0, height - (image.height + top + bottom)) : 0;
    // Padded once, so that what is mirrored is the picture.
    const border: Padding = [left + across, top + down, right + across, bottom + down];
    const padded = border.some((side) => side > 0) ? pad(image, border, fill, paddingMode) : image;
    if (padded.width < width || padded.height < height) {
      const message = `a crop of ${width}x${height} does not fit into a picture of ${padded.width}x${padded.height}`;
      throw new ClassifierTrainingError("usage", "TRANSFORM_SIZES", message, {
        where: "transforms.RandomCrop",
        hint: "set pad_if_needed=true, or list a Resize before",
      });
    }
    return crop(padded, {
      top: random.integer(padded.height - height + 1),
      left: random.integer(padded.width - width + 1),
      width,
      height,
    });
  }
}
