// FiveCrop: the corners and the middle of a picture.
import * as z from "zod";
import type { Image } from "../image/image.ts";
import { heightAndWidth, type SizeOption, sizeSchema } from "./options.ts";
import { fiveCrops } from "./pixels/central-region.ts";
import { ImageTransform } from "./transform.ts";

/** What is cut out, in pixels. */
export interface FiveCropOptions {
  /** One number for squares, or [height, width]. */
  readonly size: SizeOption;
}

const schema: z.ZodType<FiveCropOptions> = z.strictObject({ size: sizeSchema });

/**
 * The pictures of torchvision's `FiveCrop` in one, below each other: top left, top right, bottom left, bottom right, middle. A
 * picture that is too small is padded as `CenterCrop` does.
 */
export class FiveCrop extends ImageTransform<FiveCropOptions> {
  static readonly schema: z.ZodType<FiveCropOptions> = schema;

  constructor(options: FiveCropOptions) {
    super(schema, options);
  }

  protected override transform(image: Image): Image {
    const [height, width] = heightAndWidth(this.options.size);
    const crops = fiveCrops(image, height, width);
    const data = new Uint8Array(crops.length * height * width * 3);
    for (const [i, crop] of crops.entries()) data.set(crop.data, i * crop.data.length);
    return { width, height: crops.length * height, data };
  }
}
