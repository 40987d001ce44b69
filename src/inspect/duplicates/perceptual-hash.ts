// The perceptual hash (DCT): signs of the lowest frequencies of a picture, of the whole of it and of what crops leave.
import type { Frame } from "./frame.ts";
import type { Orientation } from "./orientation.ts";

/** Frequencies along each axis; with the mean left out they make 63 bits. */
const FREQUENCIES = 8;
/** Side of the square of grey that is hashed, in pixels. */
export const HASH_SIDE = 64;

/** Bit 8 v + u of 64, low word first: whether frequency u along x and v along y is positive; bit 0 is 0. */
export type PerceptualHash = readonly [low: number, high: number];

/** Spans of an axis that a crop to 90 % may leave, fine enough for the hash; and those of a crop to 80 %. */
const SPANS = [
  [0, 1],
  [0, 0.9],
  [0.05, 0.95],
  [0.1, 1],
  [0, 0.95],
  [0.05, 1],
] as const;
const SHORT_SPANS = [
  [0, 0.8],
  [0.1, 0.9],
  [0.2, 1],
] as const;

const framesOf = (spans: readonly (readonly [number, number])[]): Frame[] =>
  spans.flatMap(([top, bottom]) => spans.map(([left, right]) => ({ left, top, right, bottom })));

/** The frames whose hashes a picture is looked for by: the whole first. */
export const FRAMES: readonly Frame[] = [...framesOf(SPANS), ...framesOf(SHORT_SPANS)];

/** Rows of cosines over the pixels within a span, `FREQUENCIES` of them. */
function cosines(from: number, to: number): Float32Array {
  const rows = new Float32Array(FREQUENCIES * HASH_SIDE);
  for (let i = 0; i < HASH_SIDE; i++) {
    const [left, right] = [Math.max(i, from * HASH_SIDE), Math.min(i + 1, to * HASH_SIDE)];
    if (right <= left) continue;
    const position = ((left + right) / 2 / HASH_SIDE - from) / (to - from);
    for (let k = 0; k < FREQUENCIES; k++)
      rows[k * HASH_SIDE + i] = (right - left) * Math.cos(Math.PI * k * position);
  }
  // What a span cuts off its pixels must not leave a constant in the higher frequencies.
  for (let k = 1; k < FREQUENCIES; k++) {
    let [sum, weight] = [0, 0];
    for (let i = 0; i < HASH_SIDE; i++) {
      sum += rows[k * HASH_SIDE + i]!;
      weight += rows[i]!;
    }
    for (let i = 0; i < HASH_SIDE; i++) rows[k * HASH_SIDE + i]! -= (rows[i]! * sum) / weight;
  }
  return rows;
}

const COSINES = new Map<string, Float32Array>();

function cosinesOf(from: number, to: number): Float32Array {
  if (![...SPANS, ...SHORT_SPANS].some(([a, b]) => a === from && b === to)) return cosines(from, to);
  const key = `${from} ${to}`;
  const rows = COSINES.get(key) ?? cosines(from, to);
  COSINES.set(key, rows);
  return rows;
}

/** Hashes of one picture. Sums over the rows are kept, since frames share their spans. */
export class Hasher {
  readonly #grey: Float32Array;
  readonly #horizontal = new Map<string, Float32Array>();

  /** @param grey HASH_SIDE x HASH_SIDE */
  constructor(grey: Float32Array) {
    this.#grey = grey;
  }

  hash({ left, top, right, bottom }: Frame): PerceptualHash {
    const across = this.#across(left, right);
    const down = cosinesOf(top, bottom);
    const words: [number, number] = [0, 0];
    for (let v = 0; v < FREQUENCIES; v++) {
      for (let u = 0; u < FREQUENCIES; u++) {
        if (u + v === 0) continue;
        let sum = 0;
        for (let y = 0; y < HASH_SIDE; y++) sum += down[v * HASH_SIDE + y]! * across[y * FREQUENCIES + u]!;
        if (sum > 0) words[v >> 2]! |= 1 << (((v & 3) << 3) | u);
      }
    }
    return words;
  }

  /** The frequencies of every row: [HASH_SIDE, FREQUENCIES]. */
  #across(left: number, right: number): Float32Array {
    const key = `${left} ${right}`;
    const known = this.#horizontal.get(key);
    if (known !== undefined) return known;
    const rows = cosinesOf(left, right);
    const sums = new Float32Array(HASH_SIDE * FREQUENCIES);
    for (let y = 0; y < HASH_SIDE; y++) {
      for (let u = 0; u < FREQUENCIES; u++) {
        let sum = 0;
        for (let x = 0; x < HASH_SIDE; x++) sum += rows[u * HASH_SIDE + x]! * this.#grey[y * HASH_SIDE + x]!;
        sums[y * FREQUENCIES + u] = sum;
      }
    }
    this.#horizontal.set(key, sums);
    return sums;
  }
}

/** Bits of odd frequencies along x, and along y: those that a mirror turns around. */
const ODD_X = 0xaaaaaaaa | 0;
const ODD_Y = 0xff00ff00 | 0;

/** The hash of the picture laid in another way: a mirror turns signs around, a transposition swaps the axes. */
export function orientHash(hash: PerceptualHash, orientation: Orientation): PerceptualHash {
  const [low, high] = (orientation & 4) === 0 ? hash : transpose(hash);
  const flip = ((orientation & 1) === 0 ? 0 : ODD_X) ^ ((orientation & 2) === 0 ? 0 : ODD_Y);
  return [low ^ flip, high ^ flip];
}

/** 8 x 8 bits transposed: in blocks of 2 x 2, of 4 x 4, and the whole (Warren, Hacker's Delight, 7-3). */
function transpose([low, high]: PerceptualHash): PerceptualHash {
  const within = (word: number): number => {
    let t = (word ^ (word >>> 7)) & 0x00aa00aa;
    const pairs = word ^ t ^ (t << 7);
    t = (pairs ^ (pairs >>> 14)) & 0x0000cccc;
    return pairs ^ t ^ (t << 14);
  };
  const [x, y] = [within(high), within(low)];
  return [((x << 4) & 0xf0f0f0f0) | (y & 0x0f0f0f0f), (x & 0xf0f0f0f0) | ((y >>> 4) & 0x0f0f0f0f)];
}
