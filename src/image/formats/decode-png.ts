// Decodes PNG by the specification (ISO/IEC 15948), for pages: their own decoder gives no transparent or 16-bit samples.
import { inflate } from "../../platform/index.ts";
import { blankImage, type Image } from "../image.ts";
import { corruptPicture, pictureTooLarge } from "../picture-errors.ts";
import { pngChunks } from "./png-chunks.ts";

/** Of IHDR. */
interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

const [GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA] = [0, 2, 3, 4, 6];
const SAMPLES: Readonly<Record<number, number>> = {
  [GREY]: 1,
  [RGB]: 3,
  [PALETTE]: 1,
  [GREY_ALPHA]: 2,
  [RGB_ALPHA]: 4,
};
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [GREY]: [1, 2, 4, 8, 16],
  [RGB]: [8, 16],
  [PALETTE]: [1, 2, 4, 8],
  [GREY_ALPHA]: [8, 16],
  [RGB_ALPHA]: [8, 16],
};

/** Of Adam7: where each pass begins, and how far its pixels are apart. */
const PASSES: readonly (readonly [x: number, y: number, across: number, down: number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * Decodes as Pillow's `convert("RGB")` does: alpha is dropped, 16-bit grey without alpha is clipped at 255, of other
 * 16-bit samples the high byte is kept.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`
 */
export async function decodePng(bytes: Uint8Array, name: string, maxPixels: number): Promise<Image> {
  const damaged = (): Error =>
    corruptPicture(name, "the png data is damaged, cut short or of an unknown kind");
  let header: PngHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  const packed: Uint8Array[] = [];
  for (const chunk of pngChunks(bytes)) {
    if (!["IHDR", "PLTE", "IDAT"].includes(chunk.kind)) continue;
    if (!chunk.isWhole()) throw damaged();
    if (chunk.kind === "IHDR") header ??= readHeader(chunk.data);
    else if (chunk.kind === "PLTE") palette = chunk.data;
    else packed.push(chunk.data);
  }
  if (header === undefined || (header.colour === PALETTE && palette.length === 0)) throw damaged();
  const { width, height, interlaced } = header;
  if (width * height > maxPixels) throw pictureTooLarge(name, maxPixels);
  const passes = (interlaced ? PASSES : ([[0, 0, 1, 1]] as const)).map(([x, y, across, down]) => {
    const [columns, rows] = [Math.ceil((width - x) / across), Math.ceil((height - y) / down)];
    return { x, y, across, down, columns, rows: columns > 0 ? Math.max(0, rows) : 0 };
  });
  const rowBytes = (columns: number): number => Math.ceil((columns * bitsOf(header)) / 8);
  const length = passes.reduce((sum, { columns, rows }) => sum + rows * (1 + rowBytes(columns)), 0);
  const data = await inflate(joined(packed), length + (1 << 16)).catch(() => undefined);
  if (data === undefined || data.length < length) throw damaged();
  const image = blankImage(width, height);
  let at = 0;
  for (const { x, y, across, down, columns, rows } of passes) {
    const bytesOfRow = rowBytes(columns);
    let above: Uint8Array = new Uint8Array(bytesOfRow);
    for (let row = 0; row < rows; row++, at += 1 + bytesOfRow) {
      const line = data.subarray(at + 1, at + 1 + bytesOfRow);
      if (!unfilter(data[at]!, line, above, Math.ceil(bitsOf(header) / 8))) throw damaged();
      putRow(image, line, header, palette, ((y + row * down) * width + x) * 3, columns, across * 3);
      above = line;
    }
  }
  return image;
}

const bitsOf = ({ depth, colour }: PngHeader): number => depth * SAMPLES[colour]!;

function readHeader(data: Uint8Array): PngHeader | undefined {
  if (data.length !== 13) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlace] = data.subarray(8) as unknown as readonly number[];
  const isKnown = DEPTHS[colour!]?.includes(depth!) === true && compression === 0 && filter === 0;
  if (width === 0 || height === 0 || !isKnown || interlace! > 1) return undefined;
  return { width, height, depth: depth!, colour: colour!, interlaced: interlace === 1 };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Undoes a row's filter in place, from the row above and the bytes of the pixel before; false for an unknown one. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, step: number): boolean {
  if (filter > 4) return false;
  for (let i = 0; filter > 0 && i < line.length; i++) {
    const left = i < step ? 0 : line[i - step]!;
    const up = above[i]!;
    if (filter === 1) line[i]! += left;
    else if (filter === 2) line[i]! += up;
    else if (filter === 3) line[i]! += (left + up) >> 1;
    else line[i]! += paeth(left, up, i < step ? 0 : above[i - step]!);
  }
  return true;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function putRow(
  { data }: Image,
  line: Uint8Array,
  { depth, colour }: PngHeader,
  palette: Uint8Array,
  start: number,
  columns: number,
  stride: number,
): void {
  const samples = SAMPLES[colour]!;
  const isColour = colour === RGB || colour === RGB_ALPHA;
  const scale = depth < 8 && colour === GREY ? 255 / (2 ** depth - 1) : 1;
  const sampleAt = (index: number): number => {
    if (depth === 8) return line[index]!;
    if (depth < 8)
      return (line[(index * depth) >> 3]! >> (8 - depth - ((index * depth) & 7))) & ((1 << depth) - 1);
    const high = line[2 * index]!;
    return colour === GREY ? Math.min(255, high * 256 + line[2 * index + 1]!) : high;
  };
  for (let column = 0, to = start; column < columns; column++, to += stride) {
    const first = column * samples;
    for (let channel = 0; channel < 3; channel++) {
      const sample = sampleAt(first + (isColour ? channel : 0));
      data[to + channel] = colour === PALETTE ? (palette[sample * 3 + channel] ?? 0) : sample * scale;
    }
  }
}
