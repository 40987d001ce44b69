// Products of row-major matrices, as sums over contiguous rows.

/** The transpose of an m x n matrix. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j]!;
  return result;
}

/**
 * A [m, k] times the transpose of B [n, k], both read along their rows: [m, n]. Computed in tiles of 2 x 4
 * elements, so that a number loaded is used more than once; tiles that overhang repeat the last row.
 */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const c = new Float64Array(m * n);
  for (let i0 = 0; i0 < m; i0 += 2) {
    const i1 = Math.min(i0 + 1, m - 1);
    const [a0, a1] = [i0 * k, i1 * k];
    for (let j0 = 0; j0 < n; j0 += 4) {
      const j1 = Math.min(j0 + 1, n - 1);
      const j2 = Math.min(j0 + 2, n - 1);
      const j3 = Math.min(j0 + 3, n - 1);
      const [b0, b1, b2, b3] = [j0 * k, j1 * k, j2 * k, j3 * k];
      let [c00, c01, c02, c03] = [0, 0, 0, 0];
      let [c10, c11, c12, c13] = [0, 0, 0, 0];
      for (let p = 0; p < k; p++) {
        const x0 = a[a0 + p]!;
        const x1 = a[a1 + p]!;
        const y0 = b[b0 + p]!;
        const y1 = b[b1 + p]!;
        const y2 = b[b2 + p]!;
        const y3 = b[b3 + p]!;
        c00 += x0 * y0;
        c01 += x0 * y1;
        c02 += x0 * y2;
        c03 += x0 * y3;
        c10 += x1 * y0;
        c11 += x1 * y1;
        c12 += x1 * y2;
        c13 += x1 * y3;
      }
      c[i0 * n + j0] = c00;
      c[i0 * n + j1] = c01;
      c[i0 * n + j2] = c02;
      c[i0 * n + j3] = c03;
      c[i1 * n + j0] = c10;
      c[i1 * n + j1] = c11;
      c[i1 * n + j2] = c12;
      c[i1 * n + j3] = c13;
    }
  }
  return c;
}
