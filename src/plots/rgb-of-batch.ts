// RGB images in memory, out of the tensors that a network was fed.
import type { HostTensor } from "../core/index.ts";

/** 8-bit RGB, row-major, channels last (height x width x 3 bytes). */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How a network's input was normalised, per channel: `(pixel / 255 - mean) / std`. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The picture that sample `index` of a float32 batch `[N, 3, H, W]` shows, its normalisation undone. */
export function rgbOfBatch(
  batch: HostTensor<"float32">,
  index: number,
  { mean, std }: Normalization,
): RgbImage {
  const [, channels = 0, height = 0, width = 0] = batch.shape;
  const plane = height * width;
  const data = new Uint8ClampedArray(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    // A gray batch shows its only channel three times.
    const source = Math.min(channel, channels - 1);
    const start = (index * channels + source) * plane;
    for (let i = 0; i < plane; i++)
      data[i * 3 + channel] = (batch.data[start + i]! * std[source]! + mean[source]!) * 255;
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
