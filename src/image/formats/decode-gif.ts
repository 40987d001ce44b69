// Decodes the first frame of a GIF: libvips loses the colours of transparent pixels and lets damage pass.
import type { Image } from "../image.ts";
import { corruptPicture, pictureTooLarge } from "../picture-errors.ts";

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const [MOST_CODE_BITS, MOST_CODES] = [12, 4096];
/** Start and step of the passes of an interlaced frame. */
const PASSES: readonly (readonly [start: number, step: number])[] = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
];

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Red, green, blue of each index; undefined where indices are grey levels. */
  readonly palette: Uint8Array | undefined;
  /** The index that is see-through; undefined where none is. */
  readonly transparent: number | undefined;
  readonly minimumCodeBits: number;
  /** Where the blocks of codes begin. */
  readonly codes: number;
}

/**
 * Decodes the first frame as Pillow's `convert("RGB")` does: transparent pixels keep their palette's colour, and what
 * the frame does not cover is the transparent colour or else the first one.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`
 */
export function decodeGif(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const frame = findFrame(bytes);
  if (frame === undefined) throw corruptPicture(name, "there is no frame in the GIF");
  const width = Math.max(uint16(bytes, 6), frame.left + frame.width);
  const height = Math.max(uint16(bytes, 8), frame.top + frame.height);
  if (width * height > maxPixels) throw pictureTooLarge(name, maxPixels);
  const indices = decodeCodes(bytes, frame);
  if (frame.width === 0 || frame.height === 0 || indices === undefined)
    throw corruptPicture(name, "the GIF is damaged");
  return paint(frame, indices, width, height);
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** The first frame's description; undefined where the file ends before. */
function findFrame(bytes: Uint8Array): Frame | undefined {
  const tableOf = (flags: number, at: number): { table?: Uint8Array; end: number } => {
    if ((flags & 0x80) === 0) return { end: at };
    const end = at + 3 * (2 << (flags & 7));
    return { table: bytes.subarray(at, end), end };
  };
  const global = tableOf(bytes[10] ?? 0, 13);
  let transparent: number | undefined;
  for (let at = global.end; at < bytes.length && bytes[at] !== TRAILER; ) {
    const kind = bytes[at++];
    if (kind === EXTENSION) {
      if (bytes[at] === GRAPHIC_CONTROL && bytes[at + 1] === 4) {
        transparent = (bytes[at + 2]! & 1) === 1 ? bytes[at + 5] : undefined;
      }
      at = afterBlocks(bytes, at + 1);
    } else if (kind === FRAME) {
      if (at + 9 >= bytes.length) return undefined;
      const [left, top, width, height] = [0, 2, 4, 6].map((offset) => uint16(bytes, at + offset));
      const flags = bytes[at + 8]!;
      const local = tableOf(flags, at + 9);
      return {
        ...{ left: left!, top: top!, width: width!, height: height! },
        interlaced: (flags & 0x40) !== 0,
        palette: local.table ?? global.table,
        transparent,
        minimumCodeBits: bytes[local.end] ?? 0,
        codes: local.end + 1,
      };
    }
  }
  return undefined;
}

/** Where a chain of blocks, each behind its length, has ended. */
function afterBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
  return at + 1;
}

/** The frame's colour indices, row by row as they are coded; undefined where codes are wrong or missing. */
function decodeCodes(bytes: Uint8Array, frame: Frame): Uint8Array | undefined {
  const { minimumCodeBits, width, height } = frame;
  if (minimumCodeBits < 1 || minimumCodeBits > 8) return undefined;
  const [clear, end] = [1 << minimumCodeBits, (1 << minimumCodeBits) + 1];
  const output = new Uint8Array(width * height);
  const [prefix, suffix] = [new Uint16Array(MOST_CODES), new Uint8Array(MOST_CODES)];
  const stack = new Uint8Array(MOST_CODES + 1);
  let [codeBits, next, previous, first] = [minimumCodeBits + 1, end + 1, -1, 0];
  let [bits, count, block, at, written] = [0, 0, 0, frame.codes, 0];
  while (written < output.length) {
    while (count < codeBits) {
      if (block === 0) block = bytes[at++] ?? 0;
      if (block === 0 || at >= bytes.length) return undefined;
      bits |= bytes[at++]! << count;
      count += 8;
      block -= 1;
    }
    const code = bits & ((1 << codeBits) - 1);
    bits >>>= codeBits;
    count -= codeBits;
    if (code === end) return undefined;
    if (code === clear) {
      [codeBits, next, previous] = [minimumCodeBits + 1, end + 1, -1];
      continue;
    }
    if (code > next || (previous < 0 && code > clear)) return undefined;
    // The string of a code, from its end to its start. A code that is about to be made ends as it begins.
    let [depth, walk] = [0, code];
    if (code === next) {
      stack[depth++] = first;
      walk = previous;
    }
    for (; walk > end; walk = prefix[walk]!) stack[depth++] = suffix[walk]!;
    first = walk;
    stack[depth++] = first;
    while (depth > 0 && written < output.length) output[written++] = stack[--depth]!;
    if (previous >= 0 && next < MOST_CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      next += 1;
      if (next === 1 << codeBits && codeBits < MOST_CODE_BITS) codeBits += 1;
    }
    previous = code;
  }
  return output;
}

function paint(frame: Frame, indices: Uint8Array, width: number, height: number): Image {
  const colours = coloursOf(frame.palette);
  const data = new Uint8Array(width * height * 3);
  const around = 3 * (frame.transparent ?? 0);
  if (frame.width < width || frame.height < height) {
    for (let to = 0; to < data.length; to += 3) data.set(colours.subarray(around, around + 3), to);
  }
  for (const [coded, y] of rowOrder(frame).entries()) {
    let to = ((frame.top + y) * width + frame.left) * 3;
    for (let from = coded * frame.width; from < (coded + 1) * frame.width; from++, to += 3) {
      const colour = indices[from]! * 3;
      data[to] = colours[colour]!;
      data[to + 1] = colours[colour + 1]!;
      data[to + 2] = colours[colour + 2]!;
    }
  }
  return { width, height, data };
}

/** 256 colours: the palette's and black behind them, or greys where there is none. */
function coloursOf(palette: Uint8Array | undefined): Uint8Array {
  if (palette === undefined) return Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  const colours = new Uint8Array(768);
  colours.set(palette);
  return colours;
}

/** The row of the frame that each coded row is. */
function rowOrder({ height, interlaced }: Frame): number[] {
  if (!interlaced) return Array.from({ length: height }, (_, y) => y);
  return PASSES.flatMap(([start, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - start) / step)) }, (_, i) => start + i * step),
  );
}
