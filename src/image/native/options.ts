// What a library is told of a picture besides its bytes.
import type { ImageFormat } from "../image-format.ts";

/** What a picture may cost. */
export interface DecodeLimits {
  readonly maxPixels: number;
  /** Whole seconds. */
  readonly seconds: number;
}

/** How a picture is to be decoded. */
export interface LibraryOptions extends DecodeLimits {
  readonly format: ImageFormat;
  /** How its samples are converted: by the library, or, for these, as Pillow does it. */
  readonly samples?: "cmyk" | "grey16";
  /** The shorter side that a JPEG is to have, if it is to be halved. */
  readonly side?: number | undefined;
  /** Whether the library applies the EXIF orientation. Default true. */
  readonly autoOrient?: boolean;
  /** Whether what a decoder only warns of is an error. Default false. */
  readonly strict?: boolean;
}
