// A grid of the pictures of a batch, exactly as the network is given them.

import type { ImageBatch } from "../data/loading/loader.ts";
import { blankImage, type Image } from "../image/image.ts";
import type { Preprocessing } from "../transforms/preprocessing.ts";

/** How the grid is laid out. */
export interface PreviewOptions {
  /** Pictures in a row; default 8. */
  readonly columns?: number;
  /** Pixels between pictures; default 2. */
  readonly gap?: number;
}

/** The first pictures of a batch side by side, with mean and deviation put back. */
export function previewBatch(
  { images: { shape, data } }: Pick<ImageBatch, "images">,
  { mean, std }: Pick<Preprocessing, "mean" | "std">,
  { columns = 8, gap = 2 }: PreviewOptions = {},
): Image {
  const [count, , height, width] = shape as [number, number, number, number];
  const across = Math.min(columns, count);
  const down = Math.ceil(count / across);
  const grid = blankImage(across * (width + gap) - gap, down * (height + gap) - gap);
  grid.data.fill(255);
  const area = width * height;
  for (let picture = 0; picture < count; picture++) {
    const left = (picture % across) * (width + gap);
    const top = Math.floor(picture / across) * (height + gap);
    for (let i = 0; i < area; i++) {
      const to = ((top + Math.floor(i / width)) * grid.width + left + (i % width)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const value = data[(picture * 3 + channel) * area + i]! * std[channel]! + mean[channel]!;
        grid.data[to + channel] = Math.min(Math.max(Math.round(value * 255), 0), 255);
      }
    }
  }
  return grid;
}
