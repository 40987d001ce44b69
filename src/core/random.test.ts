import { describe, expect, test } from "vitest";
import { fnv1a, philox4x32, RandomStream } from "./random.ts";

describe("philox4x32", () => {
  // Known-answer vectors of the Random123 distribution (kat_vectors, philox4x32 10).
  test.each([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ] as const)("gives the published words for counter $counter", ({ counter, key, words }) => {
    expect([...philox4x32(counter, key)]).toEqual(words);
  });
});

test("fnv1a gives the published hash of 'foobar'", () => {
  expect(fnv1a("foobar")).toBe(0xbf9cf968);
});

describe("RandomStream", () => {
  test("is a function of seed, purpose and position alone", () => {
    const draw = (seed: number, purpose: string, position: [number, number]): number[] => {
      const stream = new RandomStream(seed, purpose, position);
      return Array.from({ length: 9 }, () => stream.uint32());
    };
    expect(draw(7, "augment", [1, 2])).toEqual(draw(7, "augment", [1, 2]));
    expect(draw(7, "augment", [1, 2])).not.toEqual(draw(8, "augment", [1, 2]));
    expect(draw(7, "augment", [1, 2])).not.toEqual(draw(7, "shuffle", [1, 2]));
    expect(draw(7, "augment", [1, 2])).not.toEqual(draw(7, "augment", [2, 1]));
  });

  test("draws uniforms and normals with the right moments", () => {
    const stream = new RandomStream(1, "moments");
    const n = 20_000;
    const uniforms = Array.from({ length: n }, () => stream.float());
    const normals = Array.from({ length: n }, () => stream.normal());
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
    expect(mean(uniforms)).toBeCloseTo(0.5, 2);
    expect(mean(normals)).toBeCloseTo(0, 1);
  });

  test("permutes without loss", () => {
    const order = new RandomStream(3, "shuffle").permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test("integers below a bound are unbiased and in range", () => {
    const stream = new RandomStream(5, "integers");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 14_000; i++) counts[stream.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});
