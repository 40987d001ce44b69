// Decodes portable bitmaps, graymaps and pixmaps (PBM, PGM and PPM, plain and raw), which the bundled libvips cannot read.
import type { Image } from "../image.ts";
import { corruptPicture, pictureTooLarge } from "../picture-errors.ts";

interface Header {
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly maximum: number;
  /** Where the samples begin. */
  readonly start: number;
}

/**
 * Decodes P1 to P6. Samples of another maximum than 255 are scaled as Pillow scales them.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`
 */
export function decodePnm(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const header = readHeader(bytes, name);
  const { width, height, maximum } = header;
  if (width * height > maxPixels) throw pictureTooLarge(name, maxPixels);
  const channels = header.kind === "P3" || header.kind === "P6" ? 3 : 1;
  const count = width * height * channels;
  const samples = readSamples(bytes, header, count);
  if (samples.length < count) throw corruptPicture(name, "the file is truncated");
  // Pillow keeps 16-bit grey as it is and clips it at 255 when it converts to RGB.
  const wideGrey = channels === 1 && maximum > 255;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const sample = Math.min(samples[channels === 3 ? i : Math.floor(i / 3)]!, maximum);
    const scaled = Math.round((sample * (wideGrey ? 65535 : 255)) / maximum);
    data[i] = Math.min(scaled, 255);
  }
  return { width, height, data };
}

function readHeader(bytes: Uint8Array, name: string): Header {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  const blank = "(?:\\s|#[^\\n]*\\n)+";
  const number = `${blank}(\\d{1,9})`;
  const match = new RegExp(`^(?:(P[14])${number}${number}|(P[2356])${number}${number}${number})\\s`).exec(
    text,
  );
  if (match === null) throw corruptPicture(name, "the header is not that of a PBM, PGM or PPM picture");
  const [kind, ...numbers] = match.slice(1).filter((part) => part !== undefined);
  const [width, height, maximum = 1] = numbers.map(Number) as [number, number, number?];
  if (width < 1 || height < 1 || maximum < 1 || maximum > 65535)
    throw corruptPicture(name, "impossible header values");
  return { kind: kind!, width, height, maximum, start: match[0].length };
}

function readSamples(bytes: Uint8Array, header: Header, count: number): ArrayLike<number> {
  switch (header.kind) {
    case "P1":
      return plainBits(bytes, header);
    case "P4":
      return rawBits(bytes, header);
    case "P2":
    case "P3":
      return plainSamples(bytes, header);
    default:
      return rawSamples(bytes, header, count);
  }
}

/** Of bitmaps, 1 is black. Digits need no space between them. */
function plainBits(bytes: Uint8Array, { start }: Header): ArrayLike<number> {
  const text = new TextDecoder("latin1").decode(bytes.subarray(start));
  return Uint8Array.from(text.replaceAll(/#[^\n]*|[^01]/g, ""), (digit) => 1 - Number(digit));
}

/** Rows of whole bytes, the first pixel in the highest bit. */
function rawBits(bytes: Uint8Array, { start, width, height }: Header): ArrayLike<number> {
  const stride = Math.ceil(width / 8);
  const rows = Math.min(height, Math.floor((bytes.length - start) / stride));
  const samples = new Uint8Array(width * rows);
  for (let i = 0; i < samples.length; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    samples[i] = 1 - ((bytes[start + y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1);
  }
  return samples;
}

function plainSamples(bytes: Uint8Array, { start }: Header): ArrayLike<number> {
  const text = new TextDecoder("latin1").decode(bytes.subarray(start));
  const words = text.replaceAll(/#[^\n]*/g, " ").match(/\d+/g);
  return Float64Array.from(words ?? [], Number);
}

function rawSamples(bytes: Uint8Array, { start, maximum }: Header, count: number): ArrayLike<number> {
  if (maximum < 256) return bytes.subarray(start);
  const available = Math.min(count, Math.floor((bytes.length - start) / 2));
  const samples = new Uint16Array(available);
  for (let i = 0; i < available; i++) samples[i] = bytes[start + 2 * i]! * 256 + bytes[start + 2 * i + 1]!;
  return samples;
}
