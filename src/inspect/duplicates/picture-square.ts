// A picture as it is compared: stretched to squares of a few sizes, with its grey and its frame without border.
import type { Image } from "../../image/image.ts";
import { resize } from "../../transforms/pixels/resample.ts";
import { type Frame, withoutBorder } from "./frame.ts";

/** Side of the larger square, for pictures that have so many pixels. */
export const LARGE_SIDE = 128;
/** Side of the smaller square, which is also hashed. */
export const SMALL_SIDE = 64;

/** One scale of a picture: RGB and grey, side x side. */
export interface Square {
  readonly side: number;
  readonly rgb: Uint8Array;
  readonly grey: Float32Array;
}

/** What is kept of a picture to compare it; `content` is its frame without border. */
export interface ComparedPicture {
  readonly small: Square;
  /** Undefined where the picture itself is not so large. */
  readonly large: Square | undefined;
  readonly content: Frame;
}

/** Stretches the picture to its squares (bilinear) and looks for a border. */
export function comparedPicture(image: Image): ComparedPicture {
  const enough = Math.min(image.width, image.height) >= LARGE_SIDE;
  const large = enough ? resize(image, LARGE_SIDE, LARGE_SIDE, "bilinear") : undefined;
  return {
    small: squareOf(resize(large ?? image, SMALL_SIDE, SMALL_SIDE, "bilinear")),
    large: large && squareOf(large),
    content: withoutBorder(image),
  };
}

function squareOf({ width, data }: Image): Square {
  const grey = new Float32Array(width * width);
  for (let i = 0; i < grey.length; i++)
    grey[i] = 0.299 * data[i * 3]! + 0.587 * data[i * 3 + 1]! + 0.114 * data[i * 3 + 2]!;
  return { side: width, rgb: data, grey };
}
