// The contract of a JPEG decoder that works in the thread that calls it.
import type { ImageSize } from "../image.ts";

/** One way to decode a JPEG; which of them a process has depends on the machine. */
export interface JpegDecoder {
  /** What the library is called, and its version or file. */
  readonly name: string;
  /** How to get a faster one; undefined where there is none. */
  readonly hint: string | undefined;
  /** The largest picture it takes. */
  readonly mostPixels: number;
  /**
   * Decodes a picture of one or three components as 8-bit RGB, as libjpeg does by default.
   *
   * @param size what the header says; it need not be true
   * @param pixels height x width x 3 bytes, undefined where this returns false
   * @returns whether the picture is of that size and nothing about it is wrong
   */
  decode(bytes: Uint8Array, size: ImageSize, pixels: Uint8Array): boolean | Promise<boolean>;
}
