// Finds hashes within a distance of another: multi-index hashing (Norouzi, Punjani, Fleet 2012) over four bands.

/** Bits of each of the four bands. */
const BITS = 16;
const BUCKETS = 1 << BITS;
const BANDS = 4;

/** The largest distance at which no hash is missed: one band then differs in one bit at most. */
export const SURE_DISTANCE: number = 2 * BANDS - 1;

/** Number of set bits of a 32-bit word. */
export function bitCount(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const bandOf = (low: number, high: number, band: number): number =>
  ((band < 2 ? low : high) >>> ((band & 1) * BITS)) & (BUCKETS - 1);

/** An index over 64-bit hashes, 24 bytes each and 1 MB. */
export class HashIndex {
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  /** By band: where each bucket begins, and the entries bucket by bucket. */
  readonly #starts: readonly Uint32Array[];
  readonly #entries: readonly Uint32Array[];
  /** The query that last met each entry. */
  readonly #met: Uint32Array;
  #query = 0;

  constructor(low: Int32Array, high: Int32Array) {
    this.#low = low;
    this.#high = high;
    this.#met = new Uint32Array(low.length);
    const bands = Array.from({ length: BANDS }, (_, band) => sortIntoBuckets(low, high, band));
    this.#starts = bands.map(({ starts }) => starts);
    this.#entries = bands.map(({ entries }) => entries);
  }

  /**
   * Calls `found` once for each entry within `distance` bits; beyond `SURE_DISTANCE` some are missed.
   * @param budget entries to look at, at most
   * @returns what is left of the budget; 0 where it did not suffice
   */
  search(
    low: number,
    high: number,
    distance: number,
    budget: number,
    found: (entry: number, distance: number) => void,
  ): number {
    const query = ++this.#query;
    let left = budget;
    for (let band = 0; band < BANDS; band++) {
      const starts = this.#starts[band]!;
      const entries = this.#entries[band]!;
      const bucket = bandOf(low, high, band);
      for (let flip = -1; flip < BITS; flip++) {
        const probe = flip < 0 ? bucket : bucket ^ (1 << flip);
        for (let i = starts[probe]!; i < starts[probe + 1]!; i++) {
          if (left-- <= 0) return 0;
          const entry = entries[i]!;
          if (this.#met[entry] === query) continue;
          this.#met[entry] = query;
          const bits = bitCount(low ^ this.#low[entry]!) + bitCount(high ^ this.#high[entry]!);
          if (bits <= distance) found(entry, bits);
        }
      }
    }
    return left;
  }
}

function sortIntoBuckets(
  low: Int32Array,
  high: Int32Array,
  band: number,
): { readonly starts: Uint32Array; readonly entries: Uint32Array } {
  const starts = new Uint32Array(BUCKETS + 1);
  for (let i = 0; i < low.length; i++) starts[bandOf(low[i]!, high[i]!, band) + 1]!++;
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1]! += starts[bucket]!;
  const next = starts.slice(0, BUCKETS);
  const entries = new Uint32Array(low.length);
  for (let i = 0; i < low.length; i++) entries[next[bandOf(low[i]!, high[i]!, band)]!++] = i;
  return { starts, entries };
}
