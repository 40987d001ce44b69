// The inner loops of the matrix product in vector WebAssembly: the bits of plain sums, several times as fast.
import {
  add,
  assembleModule,
  type Code,
  countDown,
  type FunctionCode,
  get,
  int,
  set,
  vector,
  wide,
} from "../../wasm/assembler.ts";
import { PAGE_BYTES, webAssembly } from "../../wasm/interface.ts";

/** Rows and columns of the product that are summed at once. */
export const TILE = 4;

const BYTES = 8;
const VECTOR_BYTES = 16;

/**
 * A function of addresses and counts: adds to the tiles at C the products of so many panels of A and of B. A panel holds
 * `TILE` rows of A, or of B's transpose, interleaved along their `depth`; tiles follow each other down a column of tiles.
 */
function addProducts(): FunctionCode {
  const [a, b, c, depth, rowPanels, columnPanels] = [0, 1, 2, 3, 4, 5];
  const [left, right, row, step] = [6, 7, 8, 9];
  const [low, high, factor] = [10, 11, 12];
  const firstSum = 13;
  const sums = Array.from({ length: TILE * 2 }, (_, i) => ({ sum: firstSum + i, offset: i * VECTOR_BYTES }));
  const multiplied: Code[] = Array.from({ length: TILE }, (_, i) => [
    ...set(factor, wide.loadSplat(get(left), i * BYTES)),
    ...[low, high].flatMap((half, j) => {
      const { sum } = sums[i * 2 + j]!;
      return set(sum, wide.add(get(sum), wide.multiply(get(factor), get(half))));
    }),
  ]);
  const advance = (local: number, bytes: number): Code => set(local, add(get(local), int(bytes)));
  const body = countDown(
    columnPanels,
    set(left, get(a)),
    set(row, get(rowPanels)),
    countDown(
      row,
      ...sums.map(({ sum, offset }) => set(sum, vector.load(get(c), offset))),
      set(right, get(b)),
      set(step, get(depth)),
      countDown(
        step,
        set(low, vector.load(get(right))),
        set(high, vector.load(get(right), VECTOR_BYTES)),
        ...multiplied,
        advance(left, TILE * BYTES),
        advance(right, TILE * BYTES),
      ),
      ...sums.map(({ sum, offset }) => vector.store(get(c), get(sum), offset)),
      advance(c, TILE * TILE * BYTES),
    ),
    set(b, get(right)),
  );
  return { parameters: 6, ints: 4, vectors: 3 + sums.length, returns: false, body: [body] };
}

/** Panels in the kernel's memory, and what adds their products up. */
export interface ProductKernel {
  /** Panels of A, one after another. */
  readonly a: Float64Array;
  /** Panels of B. */
  readonly b: Float64Array;
  /** Tiles: all rows of tiles for the first panel of B, then for the next. */
  readonly c: Float64Array;
  /** Adds to the tiles the products of so many panels of this depth. */
  addProducts(depth: number, rowPanels: number, columnPanels: number): void;
}

/** A kernel with room for so many elements of A, B and C; undefined where there are no vectors. */
export function productKernel(roomA: number, roomB: number, roomC: number): ProductKernel | undefined {
  const bytes = assembleModule({ addProducts: addProducts() });
  if (!webAssembly.validate(bytes)) return undefined;
  const pages = Math.ceil(((roomA + roomB + roomC) * BYTES) / PAGE_BYTES);
  const memory = new webAssembly.Memory({ initial: pages });
  const instance = new webAssembly.Instance(new webAssembly.Module(bytes), { host: { memory } });
  const kernel = instance.exports as { addProducts(...values: readonly number[]): void };
  const at = [0, roomA * BYTES, (roomA + roomB) * BYTES] as const;
  return {
    a: new Float64Array(memory.buffer, at[0], roomA),
    b: new Float64Array(memory.buffer, at[1], roomB),
    c: new Float64Array(memory.buffer, at[2], roomC),
    addProducts: (depth, rowPanels, columnPanels) =>
      kernel.addProducts(...at, depth, rowPanels, columnPanels),
  };
}
