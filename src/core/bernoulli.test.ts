import { expect, test } from "vitest";
import { fillBernoulli } from "./bernoulli.ts";

function draw(count: number, key: readonly number[], place: number, probability: number): string {
  const ones = new Float32Array(count);
  fillBernoulli(ones, key, place, probability);
  return ones.join("");
}

test("compares the published words of Philox4x32-10 with the probability", () => {
  // Of counter 0 and key 0: 0.3990, 0.8814, 0.7357 and 0.6059 of 2^32.
  const of = (probability: number): string => draw(4, [0, 0, 0, 0], 0, probability);
  expect([0.39, 0.4, 0.61, 0.74, 0.89].map(of)).toEqual(["0000", "1000", "1001", "1011", "1111"]);
  const word = 0x6627e8d5 / 2 ** 32;
  expect([word, word + 2 ** -32].map(of)).toEqual(["0000", "1000"]);
});

test("never changes", () => {
  expect(draw(40, [1, 2, 3, 4], 5, 0.5)).toBe("1100111010000111110010111010100110111001");
});

test("depends on every word of the key, on their signs as bits alone, and on the place", () => {
  const key = [1, -2, 3, -4];
  const base = draw(200, key, 5, 0.5);
  for (const i of key.keys()) expect(draw(200, key.with(i, key[i]! + 1), 5, 0.5)).not.toBe(base);
  expect(draw(200, key, 6, 0.5)).not.toBe(base);
  expect(
    draw(
      200,
      key.map((word) => word >>> 0),
      5,
      0.5,
    ),
  ).toBe(base);
});

test("begins alike whatever the length", () => {
  expect(draw(7, [1, 2, 3, 4], 5, 0.5)).toBe(draw(100, [1, 2, 3, 4], 5, 0.5).slice(0, 7));
});

test.each([0, 0.05, 0.5, 0.8, 1])("has a share of ones of %d", (probability) => {
  const count = 100_000;
  const ones = draw(count, [11, 12, 13, 14], 0, probability).replaceAll("0", "").length;
  const deviation = Math.sqrt(count * probability * (1 - probability));
  expect(Math.abs(ones - count * probability)).toBeLessThanOrEqual(4 * deviation);
});
