import { expect, test } from "vitest";
import { bindShape, type Dims, fixedShape, isDim, missingDim, productOf, sameSize } from "./dim.ts";
import { ShapeError } from "./shape-error.ts";

test("sizes and multiples of the batch are dimensions, nothing else is", () => {
  for (const dim of [0, 7, "N", "12N"]) expect(isDim(dim), String(dim)).toBe(true);
  for (const dim of [-1, 1.5, Number.NaN, "0N", "1.5N", "-2N", "NN", "12", undefined]) {
    expect(isDim(dim), String(dim)).toBe(false);
  }
});

test.each<[Dims, ReturnType<typeof productOf>]>([
  [[], 1],
  [[2, 3], 6],
  [["N"], "N"],
  [[4, "N", 3], "12N"],
  [["2N", 3], "6N"],
])("the product of %j is %s", (shape, product) => {
  expect(productOf(shape)).toBe(product);
});

test.each<[Dims, Dims, ReturnType<typeof productOf>]>([
  [["N", 3, 4], ["N"], 12],
  [["N", 3, 4], [4], "3N"],
  [["12N", 5], [6, 5], "2N"],
  [["N", "N"], ["N"], "N"],
  [[6, 4], [8], 3],
])("%j over %j leaves %s", (whole, known, missing) => {
  expect(missingDim(whole, known)).toBe(missing);
});

test("what is no whole number of samples is refused", () => {
  expect(() => productOf(["N", "N"])).toThrow(ShapeError);
  expect(() => missingDim(["N", 3], [2])).toThrow(ShapeError);
  expect(() => missingDim([6], ["N"])).toThrow(ShapeError);
  expect(() => missingDim(["N", "N"], [])).toThrow(ShapeError);
  expect(() => fixedShape([2, "N"])).toThrow("the batch's");
});

test("shapes are of one size where they are for every batch", () => {
  expect(sameSize(["N", 6], ["2N", 3])).toBe(true);
  expect(sameSize(["N", 6], [6])).toBe(false);
  expect(sameSize(["N", "N"], ["N"])).toBe(false);
  expect(bindShape(["N", 3, "4N"], 5)).toEqual([5, 3, 20]);
});
