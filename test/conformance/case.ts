// What a conformance case is: operands and the graph built on them.
import { type HostTensor, hostTensor, type Shape } from "../../src/core/index.ts";
import { BATCH, type Dims, type Value } from "../../src/graph/index.ts";
import { fill, fillInt } from "../golden/formula.ts";

/**
 * How far float32 may lie from float64. `elementwise`: a few roundings, relative to each element. `accumulated`:
 * sums of many terms, relative to the largest element of the result. `composed`: the same for results several ops
 * deep, such as gradients through batch norms, where large terms cancel.
 */
export type Tolerance = "elementwise" | "accumulated" | "composed";

export interface Case {
  readonly name: string;
  readonly operands: readonly HostTensor[];
  /** Operands whose first axis is the batch: the case is computed with that axis free too. */
  readonly batch?: readonly number[];
  build(...operands: readonly Value[]): Value | Readonly<Record<string, Value>>;
  /** Default `elementwise`. */
  readonly tolerance?: Tolerance;
  /**
   * Outputs whose gradients are checked by finite differences: default all; none where the function has a kink
   * at these operands, or jumps.
   */
  readonly differentiated?: readonly string[];
}

/** The outputs of a case by name; a single one is called `y`. */
export function outputsOf(one: Case, operands: readonly Value[]): Readonly<Record<string, Value>> {
  const built = one.build(...operands);
  return "node" in built ? { y: built as Value } : built;
}

/** The shape of an operand as the graph is given it, its batch axis free where it has one and that is wanted. */
export function operandShape({ operands, batch }: Case, operand: number, freeBatch: boolean): Dims {
  const { shape } = operands[operand]!;
  return freeBatch && batch?.includes(operand) === true ? [BATCH, ...shape.slice(1)] : shape;
}

/** A float32 tensor of numbers in [-2, 2) that look random and do not change. */
export function numbers(shape: Shape, name = "numbers", low = -2, high = 2): HostTensor<"float32"> {
  return fill(`${name}${shape.join("x")}`, shape, low, high);
}

/** Numbers in [0.5, 2). */
export function positive(shape: Shape, name = "positive"): HostTensor<"float32"> {
  return numbers(shape, name, 0.5, 2);
}

/** A float32 tensor with few distinct values, so that maxima are tied. */
export function tied(shape: Shape, name = "tied"): HostTensor<"float32"> {
  return hostTensor("float32", shape, Float32Array.from(fillInt(name, shape, 3).data, Number));
}

/** int64 labels in 0..classes-1. */
export function labels(shape: Shape, classes: number): HostTensor<"int64"> {
  return fillInt(`labels${classes}`, shape, classes);
}

export function int32(shape: Shape, values: readonly number[]): HostTensor<"int32"> {
  return hostTensor("int32", shape, Int32Array.from(values));
}

export function int64(shape: Shape, values: readonly number[]): HostTensor<"int64"> {
  return hostTensor("int64", shape, BigInt64Array.from(values, BigInt));
}

export function bool(shape: Shape, values: readonly (0 | 1)[]): HostTensor<"bool"> {
  return hostTensor("bool", shape, Uint8Array.from(values));
}
