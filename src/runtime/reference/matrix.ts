// Products of row-major matrices, as sums over contiguous rows.
import { type ProductKernel, productKernel, TILE } from "./product-kernel.ts";

/** Rows and columns of a square whose lines stay in the first-level cache while it is turned. */
const SQUARE = 32;

/** The transpose of an m x n matrix. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let top = 0; top < m; top += SQUARE) {
    const bottom = Math.min(top + SQUARE, m);
    for (let left = 0; left < n; left += SQUARE) {
      const right = Math.min(left + SQUARE, n);
      for (let j = left; j < right; j++) {
        for (let i = top; i < bottom; i++) result[j * m + i] = a[i * n + j]!;
      }
    }
  }
  return result;
}

/** A block of the product: rows of A, columns of the product, and the depth along which they are summed. */
const BLOCK = { rows: 256, columns: 256, depth: 256 } as const;

let kernel: ProductKernel | undefined | null = null;

/** The kernel, its memory made for blocks at first use. */
function blockKernel(): ProductKernel | undefined {
  const { rows, columns, depth } = BLOCK;
  if (kernel === null) kernel = productKernel(rows * depth, depth * columns, rows * columns);
  return kernel;
}

/**
 * A [m, k] times the transpose of B [n, k], both read along their rows: [m, n]. Each element is the sum along k from
 * its beginning to its end, in vectors as without them.
 */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const product = blockKernel();
  return product === undefined ? plainProduct(a, b, m, k, n) : blockwise(product, a, b, m, k, n);
}

function blockwise(
  { a: panelsA, b: panelsB, c: tiles, addProducts }: ProductKernel,
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const c = new Float64Array(m * n);
  if (k === 0) return c;
  for (let j = 0; j < n; j += BLOCK.columns) {
    const columns = Math.min(BLOCK.columns, n - j);
    for (let i = 0; i < m; i += BLOCK.rows) {
      const rows = Math.min(BLOCK.rows, m - i);
      const [rowPanels, columnPanels] = [Math.ceil(rows / TILE), Math.ceil(columns / TILE)];
      tiles.fill(0, 0, rowPanels * columnPanels * TILE * TILE);
      for (let p = 0; p < k; p += BLOCK.depth) {
        const depth = Math.min(BLOCK.depth, k - p);
        interleave(a, { first: i, count: rows, begin: p, depth, width: k }, panelsA);
        interleave(b, { first: j, count: columns, begin: p, depth, width: k }, panelsB);
        addProducts(depth, rowPanels, columnPanels);
      }
      unfold(tiles, c, { first: i, count: rows, begin: j, depth: columns, width: n });
    }
  }
  return c;
}

/** Part of a matrix of `width` columns: `count` rows from `first` on, `depth` columns from `begin` on. */
interface Part {
  readonly first: number;
  readonly count: number;
  readonly begin: number;
  readonly depth: number;
  readonly width: number;
}

/** Writes the part as panels of `TILE` rows, interleaved; what a last panel has too much is its last row again. */
function interleave(
  matrix: Float64Array,
  { first, count, begin, depth, width }: Part,
  panels: Float64Array,
): void {
  let target = 0;
  for (let row = 0; row < count; row += TILE) {
    const at = (i: number): number => (first + Math.min(row + i, count - 1)) * width + begin;
    const [row0, row1, row2, row3] = [at(0), at(1), at(2), at(3)];
    for (let p = 0; p < depth; p++, target += TILE) {
      panels[target] = matrix[row0 + p]!;
      panels[target + 1] = matrix[row1 + p]!;
      panels[target + 2] = matrix[row2 + p]!;
      panels[target + 3] = matrix[row3 + p]!;
    }
  }
}

/** Writes tiles, which follow each other down a column of tiles, to the part. */
function unfold(
  tiles: Float64Array,
  matrix: Float64Array,
  { first, count, begin, depth, width }: Part,
): void {
  let source = 0;
  for (let column = 0; column < depth; column += TILE) {
    const columns = Math.min(TILE, depth - column);
    for (let row = 0; row < count; row += TILE, source += TILE * TILE) {
      for (let i = 0; i < Math.min(TILE, count - row); i++) {
        const target = (first + row + i) * width + begin + column;
        for (let j = 0; j < columns; j++) matrix[target + j] = tiles[source + i * TILE + j]!;
      }
    }
  }
}

/** The product where there are no vectors, in tiles of 2 x 4; tiles that overhang repeat the last row. */
export function plainProduct(
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
