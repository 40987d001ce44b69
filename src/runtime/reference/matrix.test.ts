// The matrix product in vectors against plain sums, to the bit.
import { describe, expect, test } from "vitest";
import { multiplyTransposed, plainProduct, transposed } from "./matrix.ts";
import { productKernel } from "./product-kernel.ts";

/** Numbers of many sizes, so that every change of the order of sums shows; some zeros and infinities' neighbours. */
function numbers(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed) * 10 ** ((i % 7) - 3));
}

describe("a matrix product", () => {
  test("has vectors here", () => expect(productKernel(16, 16, 16)).toBeDefined());

  test.each([
    [1, 1, 1],
    [4, 4, 4],
    [3, 5, 7],
    [64, 147, 300],
    [257, 513, 259],
    [5, 1000, 2],
    [2, 0, 3],
  ])("of [%i, %i] and %i columns has the bits of plain sums", (m, k, n) => {
    const [a, b] = [numbers(m * k, 1), numbers(n * k, 2)];
    const product = multiplyTransposed(a, b, m, k, n);
    expect(product).toEqual(plainProduct(a, b, m, k, n));
    const element = (i: number, j: number): number => {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[j * k + p]!;
      return sum;
    };
    expect(product[0]).toBe(element(0, 0));
    expect(product[m * n - 1]).toBe(element(m - 1, n - 1));
  });

  test("keeps NaN and infinity where they belong", () => {
    const a = Float64Array.of(1, Number.NaN, 2, Number.POSITIVE_INFINITY, 0, 1);
    const b = Float64Array.of(1, 0, 0, 1);
    expect([...multiplyTransposed(a, b, 3, 2, 2)]).toEqual([...plainProduct(a, b, 3, 2, 2)]);
  });

  test("transposes", () => {
    expect([...transposed(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});
