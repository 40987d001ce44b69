// CenterCrop: the middle of a picture, padded with black where the picture is smaller.
import * as z from "zod";
import type { Image } from "../image/image.ts";
import { heightAndWidth, type SizeOption, sizeSchema } from "./options.ts";
import { centralRegion } from "./pixels/central-region.ts";
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
    return centralRegion(image, height, width);
  }
}
