import { describe, expect, test } from "vitest";
import { fill } from "../../../test/golden/formula.ts";
import { float32, toNumbers } from "../../core/index.ts";
import { gridOf, resizePositions } from "./position-table.ts";

/** torch's `interpolate` of fill("positions") from a grid of one side to one of another. */
const TORCH = {
  corners: [
    [2, 3, [-0.511947, -0.278344, -0.044741, -0.300447, -0.07112, 0.158207, -0.088948, 0.136104, 0.361155]],
    [4, 2, [-0.511947, 0.361155, -0.366385, -0.786856]],
  ],
  antialiased: [
    [2, 3, [-0.570587, -0.30561, -0.040634, -0.330622, -0.07112, 0.188382, -0.090658, 0.16337, 0.417397]],
    [4, 2, [-0.429627, 0.195749, -0.380308, -0.312064]],
  ],
} satisfies Record<string, [from: number, to: number, expected: number[]][]>;

describe.each(["corners", "antialiased"] as const)("%s", (resampling) => {
  test.each(TORCH[resampling])("from %i to %i places, as torch", (from, to, expected) => {
    const table = fill("positions", [1, from * from, 1], -1, 1);
    const resized = resizePositions(table, 0, to, resampling);
    expect(resized.shape).toEqual([1, to * to, 1]);
    for (const [i, value] of toNumbers(resized.data).entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  test("rows of tokens stay, channels do not mix", () => {
    const table = float32([1, 5, 2], [7, 8, 1, 5, 1, 5, 1, 5, 1, 5]);
    const resized = toNumbers(resizePositions(table, 1, 3, resampling).data);
    expect(resized.slice(0, 2)).toEqual([7, 8]);
    for (const [i, value] of resized.slice(2).entries()) expect(value).toBeCloseTo(i % 2 === 0 ? 1 : 5, 6);
  });
});

test("only tables of whole squares and equal channels have a grid", () => {
  const table = { tokens: 1, channels: 8 };
  expect(gridOf([1, 197, 8], table)).toBe(14);
  expect(gridOf([197, 8], table)).toBe(14);
  for (const shape of [
    [1, 196, 8],
    [1, 197, 9],
    [2, 197, 8],
    [1, 1, 8],
  ]) {
    expect(gridOf(shape, table)).toBeUndefined();
  }
});
