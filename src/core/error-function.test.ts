import { expect, test } from "vitest";
import { errorFunction } from "./error-function.ts";

/** By the C library. */
const KNOWN = [
  [0, 0],
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [-0.7, -0.6778011938374184],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [5, 0.9999999999984626],
  [5.9, 0.9999999999999999],
  [6, 1],
  [Number.POSITIVE_INFINITY, 1],
  [Number.NEGATIVE_INFINITY, -1],
] as const;

test.each(KNOWN)("of %d", (x, wanted) => {
  expect(Math.abs(errorFunction(x) - wanted)).toBeLessThanOrEqual(4e-16 * Math.abs(wanted));
});

test("keeps the sign of zero and passes on what is no number", () => {
  expect(errorFunction(-0)).toBe(-0);
  expect(errorFunction(Number.NaN)).toBeNaN();
});

test("is odd and grows", () => {
  for (let x = 0; x < 6; x += 0.01) {
    expect(errorFunction(-x)).toBeCloseTo(-errorFunction(x), 16);
    expect(errorFunction(x + 0.01)).toBeGreaterThanOrEqual(errorFunction(x));
  }
});
