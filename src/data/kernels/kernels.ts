// The loops over pixels that take the time of a transform, in two implementations with the same results to the bit.
import type { Taps } from "./taps.ts";

/** 8-bit RGB pixels, row-major, channels last; `start` and `stride` in bytes. */
export interface PixelRows {
  readonly data: Uint8Array;
  readonly start: number;
  readonly stride: number;
  readonly height: number;
}

export interface PixelKernels {
  /**
   * Resizes rows to `width` pixels and then columns to `height`; without taps that axis stays.
   * Sums are rounded to 8 bits after each axis.
   */
  resize(
    source: PixelRows,
    width: number,
    height: number,
    horizontal: Taps | undefined,
    vertical: Taps | undefined,
  ): Uint8Array;
  /** Every byte through a table of 256. */
  lookUp(data: Uint8Array, table: Uint8Array): Uint8Array;
  /** The sum of all pixels' luma. */
  sumLuma(data: Uint8Array): number;
  /** Each pixel blended from its luma: `luma + shift[channel - luma + 255]`, truncated and clamped. */
  saturate(data: Uint8Array, shift: Float32Array): Uint8Array;
  /** The hue turned by `turn` of 256 steps, by the tables of `hueTables`. */
  turnHue(data: Uint8Array, turn: number): Uint8Array;
  /** Rows of `width` pixels mirrored. */
  mirror(data: Uint8Array, width: number): Uint8Array;
  /** Three planes of floats: red, green and blue, each through its table of 256, into `planes`. */
  toPlanes(
    data: Uint8Array,
    tables: readonly [Float32Array, Float32Array, Float32Array],
    planes: Float32Array,
  ): void;
}
