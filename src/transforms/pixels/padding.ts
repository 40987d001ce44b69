// Pads pictures, and crops beyond their edges.
import type { Image } from "../../image/image.ts";
import { type Fill, filledImage } from "./geometry.ts";
import { crop, type Region } from "./resample.ts";

/** What the padding shows: a colour, the edge, or the picture mirrored with the edge not repeated or repeated. */
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

/** [left, top, right, bottom] */
export type Padding = readonly [number, number, number, number];

/** The index within 0..size-1 that `index` reflects to; the edges are not repeated. */
export function reflectIndex(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const position = ((index % period) + period) % period;
  return position < size ? position : period - position;
}

function symmetricIndex(index: number, size: number): number {
  const position = ((index % (2 * size)) + 2 * size) % (2 * size);
  return position < size ? position : 2 * size - 1 - position;
}

function edgeIndex(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

const INDEX = { edge: edgeIndex, reflect: reflectIndex, symmetric: symmetricIndex } as const;

/** Adds `padding` around the picture; negative padding takes away. torchvision's `pad`. */
export function pad(image: Image, padding: Padding, fill: Fill = 0, mode: PaddingMode = "constant"): Image {
  const [left, top, right, bottom] = padding;
  const width = image.width + left + right;
  const height = image.height + top + bottom;
  if (mode === "constant") return cropFilled(image, { left: -left, top: -top, width, height }, fill);
  const index = INDEX[mode];
  const result = filledImage(width, height, 0);
  const columns = Int32Array.from({ length: width }, (_, x) => index(x - left, image.width) * 3);
  for (let y = 0; y < height; y++) {
    const row = index(y - top, image.height) * image.width * 3;
    for (let x = 0; x < width; x++) {
      const from = row + columns[x]!;
      result.data.set(image.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return result;
}

/** The pixels of a region that may reach beyond the picture, where `fill` is seen. */
export function cropFilled(image: Image, region: Region, fill: Fill = 0): Image {
  const left = Math.max(region.left, 0);
  const top = Math.max(region.top, 0);
  const width = Math.min(region.left + region.width, image.width) - left;
  const height = Math.min(region.top + region.height, image.height) - top;
  if (width === region.width && height === region.height) return crop(image, region);
  const result = filledImage(region.width, region.height, fill);
  for (let y = 0; y < height && width > 0; y++) {
    const from = ((top + y) * image.width + left) * 3;
    const to = ((top - region.top + y) * region.width + left - region.left) * 3;
    result.data.set(image.data.subarray(from, from + width * 3), to);
  }
  return result;
}
