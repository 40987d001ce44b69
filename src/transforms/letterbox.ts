// Letterbox: the whole picture, scaled to fit and centred on a canvas of the wanted size.
import * as z from "zod";
import type { Image } from "../image/image.ts";
import { fillSchema, heightAndWidth, interpolationSchema, type SizeOption, sizeSchema } from "./options.ts";
import type { Fill } from "./pixels/geometry.ts";
import { pad } from "./pixels/padding.ts";
import { type Interpolation, resize } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** The canvas, its colour, and how the picture is scaled to fit. */
export interface LetterboxOptions {
  /** One number for a square, or [height, width]. */
  readonly size: SizeOption;
  /** Colour of the bars. Default [124, 116, 104], ImageNet's mean. */
  readonly fill?: Fill;
  /** Default "bilinear". */
  readonly interpolation?: Interpolation;
}

type Resolved = Required<LetterboxOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  size: sizeSchema,
  fill: fillSchema.default([124, 116, 104]),
  interpolation: interpolationSchema.default("bilinear"),
});

/** Keeps the aspect ratio and cuts nothing off. Of an odd border the extra pixel is right and below. */
export class Letterbox extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: LetterboxOptions) {
    super(schema, options);
  }

  protected override transform(image: Image): Image {
    const { size, fill, interpolation } = this.options;
    const [height, width] = heightAndWidth(size);
    const scale = Math.min(width / image.width, height / image.height);
    const newWidth = Math.max(1, Math.min(width, Math.round(image.width * scale)));
    const newHeight = Math.max(1, Math.min(height, Math.round(image.height * scale)));
    const left = (width - newWidth) >> 1;
    const top = (height - newHeight) >> 1;
    const padding = [left, top, width - newWidth - left, height - newHeight - top] as const;
    return pad(resize(image, newWidth, newHeight, interpolation), padding, fill);
  }
}
