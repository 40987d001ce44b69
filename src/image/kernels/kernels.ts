// The passes over pixels that take the time of a transform, in two implementations with the same results to the bit.
import type { Image, ImageSize } from "../image.ts";
import type { Taps } from "./taps.ts";

/** A rectangle of pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is done to every pixel of a picture. */
export type Pass =
  /** Rows of the region to `width` pixels, then columns to `height`; without taps that axis stays. 8 bits in between. */
  | {
      readonly kind: "resize";
      readonly region: Region;
      readonly width: number;
      readonly height: number;
      readonly horizontal: Taps | undefined;
      readonly vertical: Taps | undefined;
    }
  /** Left to right. */
  | { readonly kind: "mirror" }
  /** Every byte through a table of 256. */
  | { readonly kind: "lookUp"; readonly table: Uint8Array }
  /** `from + factor * (byte - from)` in float32, truncated and clamped; from a level, or the rounded mean luma. */
  | { readonly kind: "blend"; readonly from: number | "mean luma"; readonly factor: number }
  /** As "blend", from each pixel's own luma. */
  | { readonly kind: "saturate"; readonly factor: number }
  /** The hue turned by so many of 256 steps, through Pillow's 8-bit HSV. */
  | { readonly kind: "turnHue"; readonly turn: number };

/** From a byte to a float, in float32: `(byte * scale - mean) / deviation`. */
export interface Scaling {
  readonly scale: number;
  /** Red, green, blue. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** One implementation of all passes. The picture given is never changed. */
export interface PixelKernels {
  /** The picture after one pass and the next. */
  run(image: Image, passes: readonly Pass[]): Image;
  /** As `run`, and then into `planes`: three planes of floats, red, green and blue. */
  toPlanes(image: Image, passes: readonly Pass[], scaling: Scaling, planes: Float32Array): void;
}

/** A picture's size after these passes. */
export function sizeAfter(size: ImageSize, passes: readonly Pass[]): ImageSize {
  return passes.findLast((pass) => pass.kind === "resize") ?? size;
}

/** The level that a contrast is taken from. */
export function meanLuma(sum: number, pixels: number): number {
  return Math.trunc(sum / pixels + 0.5);
}
