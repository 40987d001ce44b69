// CenterCrop: the middle of a picture, padded with black where the picture is smaller.
import { z } from "zod";
import { blankImage, type Image } from "../image.ts";
import { heightAndWidth, roundHalfEven, type SizeOption, sizeSchema } from "./options.ts";
import { crop } from "./resample.ts";
import { ImageTransform } from "./transform.ts";

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
  if (image.width >= width && image.height >= height) return image;
  const result = blankImage(Math.max(width, image.width), Math.max(height, image.height));
  const left = Math.floor((result.width - image.width) / 2);
  const top = Math.floor((result.height - image.height) / 2);
  const length = image.width * 3;
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * length, (y + 1) * length);
    result.data.set(row, ((top + y) * result.width + left) * 3);
  }
  return result;
}
