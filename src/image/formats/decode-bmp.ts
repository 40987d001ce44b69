// Decodes uncompressed Windows and OS/2 bitmaps, which the bundled libvips cannot read.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Image } from "../image.ts";
import { corruptPicture, pictureTooLarge } from "../picture-errors.ts";

const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;

/**
 * Decodes BMP of 1, 4, 8, 16, 24 or 32 bits a pixel without run-length coding; alpha is dropped.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`, `PICTURE_FORMAT` for a compressed one
 */
export function decodeBmp(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  if (header === undefined) throw corruptPicture(name, "no bitmap header");
  const { width, bits, compression } = header;
  const height = Math.abs(header.height);
  if (width < 1 || height < 1) throw corruptPicture(name, "impossible size");
  if (width * height > maxPixels) throw pictureTooLarge(name, maxPixels);
  if ((compression !== UNCOMPRESSED && compression !== BIT_FIELDS) || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    throw new ClassifierTrainingError(
      "data",
      "PICTURE_FORMAT",
      "a compressed bitmap is not read; convert it to PNG",
      { where: name },
    );
  }
  const start = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.length) {
    throw corruptPicture(name, "the file is truncated");
  }
  const pixel = pixelReader(view, header, start);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (header.height < 0 ? y : height - 1 - y);
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

interface Header {
  readonly width: number;
  /** Negative where the first row is the top one. */
  readonly height: number;
  readonly bits: number;
  readonly compression: number;
  /** Where the palette begins, and the bytes of an entry. */
  readonly palette: number;
  readonly entryBytes: 3 | 4;
}

/** Sizes of OS/2's first header and of the shortest of Windows. */
const [CORE_HEADER, INFO_HEADER] = [12, 40];

function readHeader(view: DataView): Header | undefined {
  const size = view.byteLength >= 14 + CORE_HEADER ? view.getUint32(14, true) : 0;
  const palette = 14 + size;
  if (size === CORE_HEADER) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true));
    return { width: width!, height: height!, bits: bits!, compression: UNCOMPRESSED, palette, entryBytes: 3 };
  }
  if (size < INFO_HEADER || view.byteLength < 14 + INFO_HEADER) return undefined;
  return {
    width: view.getInt32(18, true),
    height: view.getInt32(22, true),
    bits: view.getUint16(28, true),
    compression: view.getUint32(30, true),
    palette,
    entryBytes: 4,
  };
}

/** A function from a row's offset and a column to 0xRRGGBB. */
function pixelReader(
  view: DataView,
  { bits, compression, palette, entryBytes }: Header,
  start: number,
): (row: number, x: number) => number {
  if (bits <= 8) {
    const mask = (1 << bits) - 1;
    const entries = Math.min(mask + 1, Math.max(0, Math.floor((start - palette) / entryBytes)));
    return (row, x) => {
      const index = (view.getUint8(row + ((x * bits) >> 3)) >> (8 - bits - ((x * bits) & 7))) & mask;
      if (index >= entries) return 0;
      const at = palette + entryBytes * index;
      return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
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
