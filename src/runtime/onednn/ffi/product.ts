// Single products of matrices, without a primitive.
import type { Library } from "./library.ts";
import { check } from "./status.ts";

/** A matrix row by row: its address and the elements from one row to the next. */
export type Matrix = readonly [address: number, stride: number];

/** `c = a b` or, adding up, `c += a b` in float32, on the calling thread's OpenMP threads; `a` is [rows, inner] before it is transposed back. */
export type MatrixProduct = (
  transposed: readonly [a: boolean, b: boolean],
  sizes: readonly [rows: number, columns: number, inner: number],
  a: Matrix,
  b: Matrix,
  c: Matrix,
  adding: boolean,
) => void;

const [PLAIN, TRANSPOSED] = ["N".charCodeAt(0), "T".charCodeAt(0)];

/** The library's product of matrices (`dnnl_sgemm`). */
export function productOf(library: Library): MatrixProduct {
  const sgemm = library.bind("dnnl_sgemm", "int", [
    ...(["int", "int", "int64_t", "int64_t", "int64_t", "float"] as const),
    ...(["uint64_t", "int64_t", "uint64_t", "int64_t", "float", "uint64_t", "int64_t"] as const),
  ]);
  return ([ta, tb], [rows, columns, inner], [a, aStride], [b, bStride], [c, cStride], adding) => {
    const status = sgemm(
      ta ? TRANSPOSED : PLAIN,
      tb ? TRANSPOSED : PLAIN,
      ...[rows, columns, inner, 1, a, aStride, b, bStride, adding ? 1 : 0, c, cStride],
    );
    if (status !== 0) check(status, "product of matrices");
  };
}
