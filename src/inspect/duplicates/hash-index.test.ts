import { expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { bitCount, HashIndex, SURE_DISTANCE } from "./hash-index.ts";

const COUNT = 3000;
const random = new RandomStream(9, "index");
const word = (): number => (random.integer(2 ** 16) << 16) | random.integer(2 ** 16);
const low = Int32Array.from({ length: COUNT }, word);
const high = Int32Array.from({ length: COUNT }, word);
// Half of them are others with up to nine bits turned around.
for (let i = COUNT / 2; i < COUNT; i++) {
  [low[i], high[i]] = [low[i - COUNT / 2]!, high[i - COUNT / 2]!];
  for (let bits = random.integer(10); bits > 0; bits--) {
    const bit = random.integer(64);
    if (bit < 32) low[i]! ^= 1 << bit;
    else high[i]! ^= 1 << (bit - 32);
  }
}

test("finds each hash within the sure distance once, and none beyond", () => {
  const index = new HashIndex(low, high);
  for (let query = 0; query < COUNT; query += 37) {
    const found: [number, number][] = [];
    index.search(low[query]!, high[query]!, SURE_DISTANCE, Infinity, (entry, bits) =>
      found.push([entry, bits]),
    );
    const wanted: [number, number][] = [];
    for (let entry = 0; entry < COUNT; entry++) {
      const bits = bitCount(low[entry]! ^ low[query]!) + bitCount(high[entry]! ^ high[query]!);
      if (bits <= SURE_DISTANCE) wanted.push([entry, bits]);
    }
    expect(found.sort(([a], [b]) => a - b)).toEqual(wanted);
  }
});

test("looks at no more entries than the budget allows", () => {
  const same = new Int32Array(1000);
  const index = new HashIndex(same, same);
  let found = 0;
  const left = index.search(0, 0, 3, 100, () => found++);
  expect([left, found]).toEqual([0, 100]);
});
