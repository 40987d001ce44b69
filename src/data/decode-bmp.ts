// Decodes uncompressed Windows bitmaps, which the bundled libvips cannot read.
import { ClassifierTrainingError } from "../core/index.ts";
import type { Image } from "./image.ts";

const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;

/**
 * Decodes BMP of 1, 4, 8, 16, 24 or 32 bits a pixel without run-length coding; alpha is dropped.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`, `PICTURE_FORMAT` for a compressed one
 */
export function decodeBmp(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = bytes.length >= 54 ? view.getUint32(14, true) : 0;
  if (headerSize < 40) throw failure(name, "PICTURE_CORRUPT", "cannot be decoded: no bitmap header");
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width < 1 || height < 1) throw failure(name, "PICTURE_CORRUPT", "cannot be decoded: impossible size");
  if (width * height > maxPixels) throw failure(name, "PICTURE_TOO_LARGE", `more than ${maxPixels} pixels`);
  if ((compression !== UNCOMPRESSED && compression !== BIT_FIELDS) || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    throw failure(name, "PICTURE_FORMAT", "a compressed bitmap is not read; convert it to PNG");
  }
  const start = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.length) {
    throw failure(name, "PICTURE_CORRUPT", "cannot be decoded: the file is truncated");
  }
  const pixel = pixelReader(view, bits, compression, 14 + headerSize, start);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const rgb = pixel(row, x);
      const to = (y * width + x) * 3;
      data[to] = rgb >> 16;
      data[to + 1] = (rgb >> 8) & 255;
      data[to + 2] = rgb & 255;
    }
  }
  return { width, height, data };
}

/** A function from a row's offset and a column to 0xRRGGBB. */
function pixelReader(
  view: DataView,
  bits: number,
  compression: number,
  afterHeader: number,
  start: number,
): (row: number, x: number) => number {
  if (bits <= 8) {
    const mask = (1 << bits) - 1;
    const entries = Math.min(mask + 1, Math.max(0, Math.floor((start - afterHeader) / 4)));
    return (row, x) => {
      const index = (view.getUint8(row + ((x * bits) >> 3)) >> (8 - bits - ((x * bits) & 7))) & mask;
      return index < entries ? view.getUint32(afterHeader + 4 * index, true) & 0xffffff : 0;
    };
  }
  if (bits === 24) {
    return (row, x) => view.getUint16(row + 3 * x, true) | (view.getUint8(row + 3 * x + 2) << 16);
  }
  const defaults = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  const masks = compression === BIT_FIELDS ? [54, 58, 62].map((at) => view.getUint32(at, true)) : defaults;
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, maximum: Math.max(1, mask >>> shift), mask };
  });
  return (row, x) => {
    const raw = bits === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true);
    let rgb = 0;
    for (const { shift, maximum, mask } of channels) {
      rgb = (rgb << 8) | Math.floor((((raw & mask) >>> shift) * 255) / maximum);
    }
    return rgb;
  };
}

function failure(name: string, code: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", code, message, { where: name });
}
