// Decodes Windows and OS/2 bitmaps, which the bundled libvips cannot read.
import type { Image } from "../image.ts";
import { corruptPicture, pictureTooLarge, refusedPicture } from "../picture-errors.ts";
import { unpackRuns } from "./bmp-runs.ts";

const COMPRESSION = {
  none: 0,
  runs8: 1,
  runs4: 2,
  bitFields: 3,
  jpeg: 4,
  png: 5,
  bitFieldsWithAlpha: 6,
} as const;
const BIT_FIELDS: readonly number[] = [COMPRESSION.bitFields, COMPRESSION.bitFieldsWithAlpha];

/**
 * Decodes BMP of 1, 4, 8, 16, 24 or 32 bits a pixel, with and without run lengths, as Pillow does; alpha is dropped.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`, `PICTURE_REFUSED`
 */
export function decodeBmp(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  if (header === undefined) throw corruptPicture(name, "no bitmap header");
  const { width, bits, compression } = header;
  const height = Math.abs(header.height);
  if (width < 1 || height < 1) throw corruptPicture(name, "impossible size");
  if (width * height > maxPixels) throw pictureTooLarge(name, maxPixels);
  const unread = unreadKind(header);
  if (unread !== undefined) throw refusedPicture(`a bitmap ${unread}`, name);
  const isRuns = compression === COMPRESSION.runs8 || compression === COMPRESSION.runs4;
  const start = pixelStart(view, header);
  const stride = isRuns ? width : Math.ceil((width * bits) / 32) * 4;
  let pixels = bytes.subarray(start);
  if (isRuns) {
    const unpacked = unpackRuns(bytes, start, width, height, compression === COMPRESSION.runs4);
    if (unpacked === undefined) throw corruptPicture(name, "the bitmap's runs do not fill it");
    pixels = unpacked;
  }
  const depth = isRuns ? 8 : bits;
  // What fills up the last row may be missing.
  if (stride * (height - 1) + Math.ceil((width * depth) / 8) > pixels.length)
    throw corruptPicture(name, "the file is truncated");
  const pixel = pixelReader(view, header, pixels, depth);
  if (pixel === undefined) throw corruptPicture(name, "the bitmap's bit fields are impossible");
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = stride * (header.height < 0 ? y : height - 1 - y);
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
  /** Its length. */
  readonly size: number;
  readonly width: number;
  /** Negative where the first row is the top one. */
  readonly height: number;
  readonly bits: number;
  readonly compression: number;
  /** Where the palette begins, the bytes of an entry, and how many there are. */
  readonly palette: number;
  readonly entryBytes: 3 | 4;
  readonly colours: number;
}

/** Sizes of OS/2's first header, of its second, and of all that have the fields of Windows' first. */
const [CORE_HEADER, OS2_HEADER] = [12, 64];
const INFO_HEADERS: readonly number[] = [40, 52, 56, OS2_HEADER, 108, 124];

function readHeader(view: DataView): Header | undefined {
  const size = view.byteLength >= 14 + CORE_HEADER ? view.getUint32(14, true) : 0;
  const palette = 14 + size;
  if (size === CORE_HEADER) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true)) as [
      number,
      number,
      number,
    ];
    const compression = COMPRESSION.none;
    return { ...{ size, width, height, bits, compression, palette }, entryBytes: 3, colours: 2 ** bits };
  }
  if (!INFO_HEADERS.includes(size) || view.byteLength < palette) return undefined;
  const bits = view.getUint16(28, true);
  return {
    ...{ size, bits, palette },
    width: view.getInt32(18, true),
    height: view.getInt32(22, true),
    compression: view.getUint32(30, true),
    entryBytes: 4,
    colours: view.getUint32(46, true) || 2 ** bits,
  };
}

/** What this bitmap is, if it is none that is read. */
function unreadKind({ size, bits, compression }: Header): string | undefined {
  const isOs2 = size === OS2_HEADER;
  switch (compression) {
    case COMPRESSION.none:
      return [1, 4, 8, 16, 24, 32].includes(bits) ? undefined : `of ${bits} bits a pixel`;
    case COMPRESSION.runs8:
      return bits === 8 ? undefined : `of ${bits} bits a pixel in runs of 8`;
    case COMPRESSION.runs4:
      return bits === 4 ? undefined : `of ${bits} bits a pixel in runs of 4`;
    case COMPRESSION.bitFields:
    case COMPRESSION.bitFieldsWithAlpha:
      if (bits === 1 || isOs2) return "in OS/2's Huffman code";
      return bits === 16 || bits === 24 || bits === 32 ? undefined : `of ${bits} bits a pixel in bit fields`;
    case COMPRESSION.jpeg:
      return isOs2 ? "in OS/2's runs of 24 bits" : "that holds a JPEG";
    default:
      return compression === COMPRESSION.png ? "that holds a PNG" : `of compression ${compression}`;
  }
}

/** Where the pixels begin. A palette that the header forgot lies before them. */
function pixelStart(view: DataView, { bits, palette, entryBytes, colours }: Header): number {
  const start = view.getUint32(10, true);
  return start === palette && bits <= 8 ? start + entryBytes * colours : start;
}

/** A function from a row's place in `pixels` and a column to 0xRRGGBB; undefined where bit fields are none. */
function pixelReader(
  view: DataView,
  header: Header,
  pixels: Uint8Array,
  bits: number,
): ((row: number, x: number) => number) | undefined {
  if (bits <= 8) {
    const mask = (1 << bits) - 1;
    const palette = readPalette(view, header);
    return (row, x) => palette[(pixels[row + ((x * bits) >> 3)]! >> (8 - bits - ((x * bits) & 7))) & mask]!;
  }
  if (bits === 24) {
    return (row, x) =>
      pixels[row + 3 * x]! | (pixels[row + 3 * x + 1]! << 8) | (pixels[row + 3 * x + 2]! << 16);
  }
  const defaults = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  const hasMasks = BIT_FIELDS.includes(header.compression) && view.byteLength >= 66;
  const masks = hasMasks ? [54, 58, 62].map((at) => view.getUint32(at, true)) : defaults;
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, maximum: Math.max(1, mask >>> shift), mask };
  });
  // A field is a run of ones within the pixel.
  if (channels.some(({ maximum, mask }) => (maximum & (maximum + 1)) !== 0 || mask >= 2 ** bits))
    return undefined;
  const words = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return (row, x) => {
    const raw = bits === 16 ? words.getUint16(row + 2 * x, true) : words.getUint32(row + 4 * x, true);
    let rgb = 0;
    for (const { shift, maximum, mask } of channels) {
      rgb = (rgb << 8) | Math.floor((((raw & mask) >>> shift) * 255) / maximum);
    }
    return rgb;
  };
}

/** 0xRRGGBB of 256 indices; black where the file has none. */
function readPalette(view: DataView, { palette, entryBytes, colours }: Header): Uint32Array {
  const there = Math.max(0, Math.floor((view.byteLength - palette) / entryBytes));
  return Uint32Array.from({ length: 256 }, (_, index) => {
    const at = palette + entryBytes * index;
    return index < Math.min(colours, there) ? view.getUint16(at, true) | (view.getUint8(at + 2) << 16) : 0;
  });
}
