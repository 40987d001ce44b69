// Symbolic operands for tests of what is built on them.
import type { DType, Shape } from "../../src/core/index.ts";
import { Graph, input, type Value } from "../../src/graph/index.ts";

/** A shape of float32, or any element type. */
export type Type = Shape | { readonly dtype: DType; readonly shape: Shape };

/** Inputs of one graph. */
export function values(types: readonly Type[]): Value[] {
  const graph = new Graph();
  return types.map((type, i) => {
    const { dtype, shape } = "dtype" in type ? type : { dtype: "float32" as const, shape: type };
    return input(graph, `x${i}`, dtype, shape);
  });
}

/** A type of integers or truth values. */
export function int(dtype: "int32" | "int64" | "bool", shape: Shape): Type {
  return { dtype, shape };
}
