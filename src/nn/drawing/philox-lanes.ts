// Philox4x32-10 in WebAssembly, four blocks at a time: lane i of each word belongs to block i.
import { type Code, get, int, type Local, set, vector, wide } from "../../wasm/assembler.ts";

const LOW_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const HIGH_WORDS = LOW_WORDS.map((place) => place + 4);

const constant = (word: number): Code => vector.splat(int(word));

/** What a block is made in: four words of the counter, which become the random ones, two of the key, and room. */
export interface PhiloxLocals {
  readonly counter: readonly [Local, Local, Local, Local];
  readonly key: readonly [Local, Local];
  readonly room: readonly [Local, Local, Local, Local];
}

/** Turns counters into random words, as `philox4x32` of core does; the key is changed too. */
export function philoxLanes({ counter, key, room }: PhiloxLocals): Code {
  const [c0, c1, c2, c3] = counter;
  const [k0, k1] = key;
  const [low0, high0, low1, high1] = room;
  const product = (word: Local, factor: number, low: Local, high: Local): Code[] => [
    set(low, wide.multiplyLow(get(word), constant(factor))),
    set(high, wide.multiplyHigh(get(word), constant(factor))),
  ];
  const words = (low: Local, high: Local, places: readonly number[]): Code =>
    vector.shuffle(get(low), get(high), places);
  const round = [
    ...product(c0, 0xd2511f53, low0, high0),
    ...product(c2, 0xcd9e8d57, low1, high1),
    set(c0, vector.xor(vector.xor(words(low1, high1, HIGH_WORDS), get(c1)), get(k0))),
    set(c1, words(low1, high1, LOW_WORDS)),
    set(c2, vector.xor(vector.xor(words(low0, high0, HIGH_WORDS), get(c3)), get(k1))),
    set(c3, words(low0, high0, LOW_WORDS)),
    set(k0, vector.add(get(k0), constant(0x9e3779b9))),
    set(k1, vector.add(get(k1), constant(0xbb67ae85))),
  ].flat();
  return new Array<Code>(10).fill(round).flat();
}
