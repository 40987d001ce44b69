// CenterCrop: the middle of a picture, padded with black where the picture is smaller.
import * as z from "zod";
import type { Image } from "../image/image.ts";
import { heightAndWidth, roundHalfEven, type SizeOption, sizeSchema } from "./options.ts";
import { pad } from "./pixels/padding.ts";
import { crop } from "./pixels/resample.ts";
import { ImageTransform } from "./transform.ts";

/** What is cut out, in pixels. */
export interface CenterCropOptions {
  /** One number for a square, or [height, width]. */
  readonly size: SizeOption;
}

const schema: z.ZodType<CenterCropOptions> = z.strictObject({ size: sizeSchema });

/** torchvision's `CenterCrop`: offsets are rounded half to even; of an odd padding the extra pixel is right and below. */
export class CenterCrop extends ImageTransform<CenterCropOptions> {
  static readonly schema: z.ZodType<CenterCropOptions> = schema;

  constructor(options: CenterCropOptions) {
    super(schema, options);
  }

  protected override transform(image: Image): Image {
    const [height, width] = heightAndWidth(this.options.size);
    const padded = padToSize(image, height, width);
    const top = roundHalfEven((padded.height - height) / 2);
    const left = roundHalfEven((padded.width - width) / 2);
    return crop(padded, { top, left, width, height });
  }
}

function padToSize(image: Image, height: number, width: number): Image {
  const across = Math.max(0, width - image.width);
  const down = Math.max(0, height - image.height);
  const [left, top] = [across >> 1, down >> 1];
  return pad(image, [left, top, across - left, down - top]);
}
