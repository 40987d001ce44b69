// A decoded picture, and the tensor that the transforms turn it into.
import type { HostTensor } from "../core/index.ts";

/** In pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A picture in memory: 8-bit RGB, row-major, channels last (height x width x 3 bytes). */
export interface Image extends ImageSize {
  readonly data: Uint8Array;
}

/** A picture as the network takes it: float32 of shape [3, height, width]. */
export type ImageTensor = HostTensor<"float32">;

/** What a transform takes and gives: a picture before `ToDtype`, a tensor after it. */
export type Pixels = Image | ImageTensor;

/** Whether it is a picture of bytes and not yet a tensor. */
export function isImage(pixels: Pixels): pixels is Image {
  return !("dtype" in pixels);
}

/** A picture of `width` x `height` filled with black. */
export function blankImage(width: number, height: number): Image {
  return { width, height, data: new Uint8Array(width * height * 3) };
}
