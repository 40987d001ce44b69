// Ones and zeros that belong to a key and a place, whoever draws them.
import { philox4x32 } from "./random.ts";

/**
 * Fills `out` with ones, each with `probability`, and zeros: element i is one where word i % 4 of the Philox4x32-10
 * block with counter (i / 4, place, key[2], key[3]) and key (key[0], key[1]) is below probability 2^32.
 *
 * @param key four 32-bit words; signs do not matter
 */
export function fillBernoulli(
  out: Float32Array | Float64Array,
  key: ArrayLike<number>,
  place: number,
  probability: number,
): void {
  const limit = probability * 2 ** 32;
  const words = new Uint32Array(4);
  const philoxKey = [key[0]! >>> 0, key[1]! >>> 0] as const;
  for (let block = 0; block * 4 < out.length; block++) {
    philox4x32([block, place, key[2]! >>> 0, key[3]! >>> 0], philoxKey, words);
    const end = Math.min(4, out.length - block * 4);
    for (let i = 0; i < end; i++) out[block * 4 + i] = words[i]! < limit ? 1 : 0;
  }
}
