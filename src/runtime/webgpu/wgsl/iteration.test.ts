// Merging of axes, and when four elements are taken at once.
import { expect, test } from "vitest";
import { isWide, iterationOver, offsetAt, splitIndex } from "./iteration.ts";

test("dense tensors of one order are walked through as one axis", () => {
  const rows = [60, 20, 5, 1];
  expect(iterationOver([2, 3, 4, 5], [rows, rows])).toEqual({ sizes: [120], strides: [[1], [1]] });
  const channelsLast = [60, 1, 15, 3];
  expect(iterationOver([2, 3, 4, 5], [channelsLast, channelsLast])).toEqual({
    sizes: [120],
    strides: [[1], [1]],
  });
});

test("a vector along the channels of channels-last maps leaves two axes", () => {
  const iteration = iterationOver(
    [2, 8, 4, 5],
    [
      [160, 1, 40, 8],
      [0, 1, 0, 0],
    ],
  );
  expect(iteration).toEqual({
    sizes: [40, 8],
    strides: [
      [8, 1],
      [0, 1],
    ],
  });
  expect(isWide(iteration, [0, 4])).toBe(true);
  expect(isWide(iteration, [0, 2])).toBe(false);
});

test("axes of size 1 and scalars do not matter", () => {
  expect(
    iterationOver(
      [1, 7, 1],
      [
        [7, 1, 1],
        [0, 0, 0],
      ],
    ),
  ).toEqual({ sizes: [7], strides: [[1], [0]] });
  expect(iterationOver([], [[]])).toEqual({ sizes: [], strides: [[]] });
});

test("elements are not taken in fours from rows that do not divide by 4, or of transposed operands", () => {
  expect(
    isWide(
      iterationOver(
        [3, 6],
        [
          [6, 1],
          [1, 3],
        ],
      ),
      [0, 0],
    ),
  ).toBe(false);
  expect(
    isWide(
      iterationOver(
        [4, 8],
        [
          [8, 1],
          [1, 4],
        ],
      ),
      [0, 0],
    ),
  ).toBe(false);
  expect(
    isWide(
      iterationOver(
        [3, 8],
        [
          [8, 1],
          [10, 1],
        ],
      ),
      [0, 0],
    ),
  ).toBe(false);
});

test("indices as WGSL", () => {
  expect(splitIndex("i", "n", [7])).toBe("let i0 = n;");
  expect(splitIndex("i", "n", [7, 5])).toContain("let i1 = i_rest % 5u");
  expect(offsetAt("i", [8, 1])).toBe("i0 * 8u + i1");
  expect(offsetAt("i", [0, 0])).toBe("0u");
});
