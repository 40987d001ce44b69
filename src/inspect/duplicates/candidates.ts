// Proposes pairs of pictures that may be the same: by their hashes, and then by thumbnails, all kept in memory.
import { resize } from "../../transforms/pixels/resample.ts";
import { type Frame, WHOLE } from "./frame.ts";
import { HashIndex } from "./hash-index.ts";
import type { Guess } from "./likeness.ts";
import { ORIENTATIONS, type Orientation, orient, orientFrame } from "./orientation.ts";
import { FRAMES, Hasher, orientHash, type PerceptualHash } from "./perceptual-hash.ts";
import { type ComparedPicture, SMALL_SIDE } from "./picture-square.ts";

/** Two pictures, by their order of arrival, and how the first may lie over the second. */
export interface Candidate {
  readonly first: number;
  readonly second: number;
  readonly guess: Guess;
  /** Correlation of the thumbnails. */
  readonly correlation: number;
}

const THUMBNAIL = 24;
const THUMBNAIL_BYTES = THUMBNAIL * THUMBNAIL * 3;
/** Side of what two thumbnails are compared at. */
const COMPARED = 16;
/** Differing bits, of 63, up to which a hash proposes. */
export const DISTANCE = 9;
/** Correlation of the thumbnails from which on a pair is proposed. */
export const LEAST_CORRELATION = 0.8;
/** Hashes that one picture is compared with, at most, and pairs it is proposed in. */
const BUDGET = 1 << 20;
const MOST_CANDIDATES = 32;
/** Deviation of grey below which a picture is too plain for its hash to say anything. */
const LEAST_DEVIATION = 3;

/** The pictures to be compared, in about 2 KB each. */
export class Candidates {
  /** What the hashes of a picture are of: its frames, and its content where that is not the whole. */
  readonly #hashes: Int32Array;
  readonly #thumbnails: Uint8Array;
  readonly #contents: (Frame | undefined)[] = [];
  readonly #plain: boolean[] = [];

  /** @param capacity pictures that will be added, at most */
  constructor(capacity: number) {
    this.#hashes = new Int32Array(capacity * HASHES * 2);
    this.#thumbnails = new Uint8Array(capacity * THUMBNAIL_BYTES);
  }

  /** Takes the picture in, as number 0, 1, 2 ... */
  add({ small, content }: ComparedPicture): void {
    const picture = this.#plain.length;
    const hasher = new Hasher(small.grey);
    const whole = content.left === 0 && content.top === 0 && content.right === 1 && content.bottom === 1;
    for (const [i, frame] of [...FRAMES, content].entries())
      this.#hashes.set(hasher.hash(frame), (picture * HASHES + i) * 2);
    const thumbnail = resize(
      { width: SMALL_SIDE, height: SMALL_SIDE, data: small.rgb },
      THUMBNAIL,
      THUMBNAIL,
    );
    this.#thumbnails.set(thumbnail.data, picture * THUMBNAIL_BYTES);
    this.#contents.push(whole ? undefined : content);
    this.#plain.push(deviation(small.grey) < LEAST_DEVIATION);
  }

  /** Every pair at most once, those of one picture together. */
  *pairs(): Generator<Candidate> {
    const entries = this.#entries();
    const low = Int32Array.from(entries, ({ picture, hash }) => this.#hash(picture, hash)[0]);
    const high = Int32Array.from(entries, ({ picture, hash }) => this.#hash(picture, hash)[1]);
    const index = new HashIndex(low, high);
    const known = new Set<number>();
    const count = this.#plain.length;
    for (let picture = 0; picture < count; picture++) {
      if (this.#plain[picture]) continue;
      for (const candidate of this.#candidatesOf(picture, index, entries)) {
        const { first, second } = candidate;
        const key = Math.min(first, second) * count + Math.max(first, second);
        if (known.has(key)) continue;
        known.add(key);
        yield candidate;
      }
    }
  }

  /** What is looked for: every picture whole, and its content where it has a border. */
  #entries(): { readonly picture: number; readonly hash: number }[] {
    return this.#plain.flatMap((plain, picture) => {
      if (plain) return [];
      const whole = { picture, hash: 0 };
      return this.#contents[picture] === undefined ? [whole] : [whole, { picture, hash: FRAMES.length }];
    });
  }

  #hash(picture: number, hash: number): PerceptualHash {
    const at = (picture * HASHES + hash) * 2;
    return [this.#hashes[at]!, this.#hashes[at + 1]!];
  }

  #frame(picture: number, hash: number): Frame {
    return FRAMES[hash] ?? this.#contents[picture] ?? WHOLE;
  }

  #candidatesOf(
    picture: number,
    index: HashIndex,
    entries: readonly { readonly picture: number; readonly hash: number }[],
  ): Candidate[] {
    const best = new Map<number, { bits: number; hash: number; orientation: Orientation; entry: number }>();
    let budget = BUDGET;
    const hashes = this.#contents[picture] === undefined ? FRAMES.length : HASHES;
    for (let hash = 0; hash < hashes; hash++) {
      for (const orientation of ORIENTATIONS) {
        const [low, high] = orientHash(this.#hash(picture, hash), orientation);
        budget = index.search(low, high, DISTANCE, budget, (entry, bits) => {
          const other = entries[entry]!.picture;
          if (other === picture) return;
          if (bits < (best.get(other)?.bits ?? Infinity)) best.set(other, { bits, hash, orientation, entry });
        });
      }
    }
    return [...best]
      .sort(([, a], [, b]) => a.bits - b.bits)
      .slice(0, MOST_CANDIDATES)
      .map(([second, { hash, orientation, entry }]) => {
        const guess: Guess = {
          orientation,
          first: orientFrame(this.#frame(picture, hash), orientation),
          second: this.#frame(second, entries[entry]!.hash),
        };
        return { first: picture, second, guess, correlation: this.#correlation(picture, second, guess) };
      })
      .filter(({ correlation }) => correlation >= LEAST_CORRELATION);
  }

  /** Correlation of the colours of two thumbnails' frames. */
  #correlation(first: number, second: number, guess: Guess): number {
    const pixels = (picture: number): Uint8Array =>
      this.#thumbnails.subarray(picture * THUMBNAIL_BYTES, (picture + 1) * THUMBNAIL_BYTES);
    const a = sample(orient(pixels(first), THUMBNAIL, 3, guess.orientation), guess.first);
    return correlate(a, sample(pixels(second), guess.second));
  }
}

const HASHES = FRAMES.length + 1;

function deviation(grey: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of grey) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(0, squares / grey.length - (sum / grey.length) ** 2));
}

/** A frame of a thumbnail, by channel, bilinear. */
function sample(rgb: Uint8Array, { left, top, right, bottom }: Frame): Float32Array {
  const area = COMPARED * COMPARED;
  const result = new Float32Array(3 * area);
  const place = (i: number, from: number, to: number): number =>
    Math.min(Math.max((from + ((i + 0.5) / COMPARED) * (to - from)) * THUMBNAIL - 0.5, 0), THUMBNAIL - 1.001);
  for (let y = 0; y < COMPARED; y++) {
    const py = place(y, top, bottom);
    const y0 = Math.floor(py);
    for (let x = 0; x < COMPARED; x++) {
      const px = place(x, left, right);
      const x0 = Math.floor(px);
      const [fx, fy, at] = [px - x0, py - y0, (y0 * THUMBNAIL + x0) * 3];
      for (let channel = 0; channel < 3; channel++) {
        const [i, below] = [at + channel, at + channel + THUMBNAIL * 3];
        const upper = rgb[i]! + (rgb[i + 3]! - rgb[i]!) * fx;
        const lower = rgb[below]! + (rgb[below + 3]! - rgb[below]!) * fx;
        result[channel * area + y * COMPARED + x] = upper + (lower - upper) * fy;
      }
    }
  }
  return result;
}

/** Over all channels, the mean of each taken off. */
function correlate(a: Float32Array, b: Float32Array): number {
  let [aa, bb, ab] = [0, 0, 0];
  const area = COMPARED * COMPARED;
  for (let channel = 0; channel < 3; channel++) {
    let [sumA, sumB] = [0, 0];
    for (let i = channel * area; i < (channel + 1) * area; i++) {
      const [va, vb] = [a[i]!, b[i]!];
      sumA += va;
      sumB += vb;
      aa += va * va;
      bb += vb * vb;
      ab += va * vb;
    }
    aa -= (sumA * sumA) / area;
    bb -= (sumB * sumB) / area;
    ab -= (sumA * sumB) / area;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
