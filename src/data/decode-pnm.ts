// Decodes portable graymaps and pixmaps (PGM and PPM, plain and raw), which the bundled libvips cannot read.
import { ClassifierTrainingError } from "../core/index.ts";
import type { Image } from "./image.ts";

interface Header {
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly maximum: number;
  /** Where the samples begin. */
  readonly start: number;
}

/**
 * Decodes P2, P3, P5 and P6. Samples of another maximum than 255 are scaled as Pillow scales them.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`
 */
export function decodePnm(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const header = readHeader(bytes, name);
  const { width, height, maximum } = header;
  if (width * height > maxPixels) {
    throw new ClassifierTrainingError("data", "PICTURE_TOO_LARGE", `more than ${maxPixels} pixels`, {
      where: name,
    });
  }
  const channels = header.kind === "P3" || header.kind === "P6" ? 3 : 1;
  const count = width * height * channels;
  const samples = header.kind < "P4" ? plainSamples(bytes, header) : rawSamples(bytes, header, count);
  if (samples.length < count) throw corrupt(name, "the file is truncated");
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
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).toString("latin1");
  const blank = "(?:\\s|#[^\\n]*\\n)+";
  const match = new RegExp(`^(P[2356])${blank}(\\d{1,9})${blank}(\\d{1,9})${blank}(\\d{1,5})\\s`).exec(text);
  if (match === null) throw corrupt(name, "the header is not that of a PGM or PPM picture");
  const [width, height, maximum] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (width < 1 || height < 1 || maximum < 1 || maximum > 65535)
    throw corrupt(name, "impossible header values");
  return { kind: match[1]!, width, height, maximum, start: match[0].length };
}

function plainSamples(bytes: Uint8Array, { start }: Header): ArrayLike<number> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start).toString("latin1");
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

function corrupt(name: string, reason: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PICTURE_CORRUPT", `cannot be decoded: ${reason}`, {
    where: name,
  });
}
