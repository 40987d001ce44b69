// Pixels: RGB images in memory, as PNG, and out of the tensors a network was fed.
import { crc32, deflateSync } from "node:zlib";
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

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The image as a PNG file (8-bit RGB, lossless). */
export function encodePng({ width, height, data }: RgbImage): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  // Each row starts with the number of its filter: 1, the difference to the pixel on the left.
  const stride = width * 3;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const row = y * (stride + 1);
    rows[row] = 1;
    for (let i = 0; i < stride; i++) {
      rows[row + 1 + i] = data[y * stride + i]! - (i < 3 ? 0 : data[y * stride + i - 3]!);
    }
  }
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The image as a `data:` address, for use inside SVG or HTML. */
export function dataUrl(image: RgbImage): string {
  return `data:image/png;base64,${Buffer.from(encodePng(image)).toString("base64")}`;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
