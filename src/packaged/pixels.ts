// Pixels in memory as pictures: alpha is dropped, as everywhere.
import { blankImage, type Image } from "../image/image.ts";

/** Rows of pixels of 3 or 4 bytes each, as a canvas gives them. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** @throws TypeError where there are not 3 or 4 bytes for each pixel */
export function fromPixels({ width, height, data }: PixelData): Image {
  const channels = data.length / (width * height);
  if (channels === 3) return { width, height, data: Uint8Array.from(data) };
  if (channels !== 4) {
    throw new TypeError(`${data.length} bytes are not ${width} x ${height} pixels of 3 or 4 bytes`);
  }
  const image = blankImage(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      image.data[3 * pixel + channel] = data[4 * pixel + channel]!;
  }
  return image;
}

/** Whether it is such an object. */
export function isPixelData(picture: unknown): picture is PixelData {
  if (typeof picture !== "object" || picture === null || !("data" in picture)) return false;
  return picture.data instanceof Uint8Array || picture.data instanceof Uint8ClampedArray;
}
