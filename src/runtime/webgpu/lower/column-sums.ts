// Sums over the rows of a matrix, of each column, in a fixed order: in chunks of rows, which are then added up.
import type { DeviceTraits } from "../plan/device-traits.ts";
import type { Dispatch } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import { newTensor, type Tensor } from "../plan/tensor.ts";
import { columnBlocks, columnReduction, lanesFor, reducersOf } from "../wgsl/column-reduction.ts";
import type { KernelFrame, Operand } from "../wgsl/kernel.ts";

/** A matrix [rows, columns], columns side by side in memory, and the chunks that its rows are taken in. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Columns that are read at once. */
  readonly width: 1 | 4;
  /** Groups of `width` columns. */
  readonly units: number;
  readonly chunks: number;
  /** Rows of a chunk. */
  readonly chunk: number;
}

/** In chunks that keep the adapter busy. @param tensors what is read and written in groups of columns */
export function matrixOf(
  { traits }: Planner,
  rows: number,
  columns: number,
  tensors: readonly Tensor[],
): Matrix {
  const width = columns % 4 === 0 && tensors.every(({ offset }) => offset % 4 === 0) ? 4 : 1;
  const units = Math.ceil(columns / width);
  return { rows, columns, width, units, ...chunksOf(traits, rows, columns, width) };
}

/** In how many chunks, and of how many rows, columns are summed. */
export function chunksOf(
  traits: DeviceTraits,
  rows: number,
  columns: number,
  width: 1 | 4,
): { readonly chunk: number; readonly chunks: number } {
  const wanted = Math.ceil((traits.isSoftware ? 8 : 512) / columnBlocks(columns, width));
  const lines = reducersOf(traits) / lanesFor(columns, width);
  const chunks = Math.max(1, Math.min(wanted, Math.ceil(rows / (lines * 4)), traits.workgroups));
  const chunk = Math.ceil(rows / chunks);
  return { chunk, chunks: Math.ceil(rows / chunk) };
}

/** A column, or four, of an operand. */
export function readColumns({ width }: Matrix, frame: KernelFrame, operand: number, index: string): string {
  return width === 4 ? frame.read4(operand, index) : frame.read(operand, index);
}

/** Writes a column, or four, of an operand. */
export function writeColumns(
  { width }: Matrix,
  frame: KernelFrame,
  operand: number,
  index: string,
  value: string,
): string {
  return width === 4 ? frame.write4(operand, index, value) : frame.write(operand, index, value);
}

/** Two sums for each column: of what is called `sum` and `product`. */
export interface ColumnSums {
  readonly label: string;
  readonly matrix: Matrix;
  /** Operands 1, 2, ... */
  readonly inputs: readonly Operand[];
  /** Statements before an invocation's rows; default: none. */
  prepare?(frame: KernelFrame): string;
  /** Statements at each `row`, which add to `sum` and `product`. */
  step(frame: KernelFrame): string;
  /** Vectors over the columns. */
  readonly sum: Tensor;
  readonly product: Tensor;
}

const STATE = [
  { name: "sum", type: "V", start: "V(0.0)" },
  { name: "product", type: "V", start: "V(0.0)" },
];
const MERGE = "sum_a += sum_b; product_a += product_b;";

/** Appends both stages. */
export function emitColumnSums(planner: Planner, sums: ColumnSums): void {
  const { label, matrix, inputs } = sums;
  const { rows, columns, width, units, chunk, chunks } = matrix;
  const reducers = reducersOf(planner.traits);
  const partial = newTensor("f32", [chunks, 2, units * width]);
  const emit = (
    stage: string,
    { code, frame }: ReturnType<typeof columnReduction>,
    workgroups: Dispatch["workgroups"],
  ): void =>
    planner.emit({
      work: "normalization",
      label: stage,
      code,
      bindings: frame.bindings,
      segments: [frame.numbers],
      workgroups,
      mergeable: false,
    });
  const first = columnReduction({
    rows,
    columns,
    chunk,
    width,
    reducers,
    operands: [{ tensor: partial, written: true, width }, ...inputs],
    state: STATE,
    ...(sums.prepare && { prepare: sums.prepare }),
    step: sums.step,
    merge: MERGE,
    store: (frame) => `${writeColumns(matrix, frame, 0, `chunk * ${2 * units}u + column`, "sum")}
    ${writeColumns(matrix, frame, 0, `chunk * ${2 * units}u + ${units}u + column`, "product")}`,
  });
  emit(label, first, [columnBlocks(columns, width), chunks, 1]);
  const second = columnReduction({
    rows: chunks,
    columns,
    chunk: chunks,
    width,
    reducers,
    operands: [
      { tensor: sums.product, written: true, width },
      { tensor: sums.sum, written: true, width },
      { tensor: partial, width },
    ],
    state: STATE,
    step: (frame) => `sum += ${readColumns(matrix, frame, 2, `row * ${2 * units}u + column`)};
      product += ${readColumns(matrix, frame, 2, `row * ${2 * units}u + ${units}u + column`)};`,
    merge: MERGE,
    store: (frame) => `${writeColumns(matrix, frame, 0, "column", "product")}
    ${writeColumns(matrix, frame, 1, "column", "sum")}`,
  });
  emit(`${label}, merged`, second, [columnBlocks(columns, width), 1, 1]);
}
