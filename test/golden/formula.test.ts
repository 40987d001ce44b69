import { expect, test } from "vitest";
import { fnv1a, toNumbers } from "../../src/core/index.ts";
import { fill, fillInt, word } from "./formula.ts";
import { readGolden } from "./read-golden.ts";

interface Vectors {
  readonly fnv1a: readonly [string, number][];
  readonly u32: readonly { name: string; first: number[] }[];
  readonly fill: readonly { name: string; shape: number[]; lo: number; hi: number; values: unknown }[];
  readonly fill_int: readonly { name: string; shape: number[]; k: number; values: unknown }[];
}

const vectors = readGolden<Vectors>("models/formula.json");

test.each(vectors.fnv1a)("fnv1a of %j", (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});

test.each(vectors.u32)("words of $name", ({ name, first }) => {
  expect(first.map((_, i) => word(fnv1a(name), i))).toEqual(first);
});

test.each(vectors.fill)("fill $name $shape", ({ name, shape, lo, hi, values }) => {
  const expected = Float32Array.from([values].flat(4) as number[]);
  expect(fill(name, shape, lo, hi).data).toEqual(expected);
});

test.each(vectors.fill_int)("fillInt $name $shape", ({ name, shape, k, values }) => {
  expect(toNumbers(fillInt(name, shape, k).data)).toEqual([values].flat(4));
});
