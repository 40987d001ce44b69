// The graph's vocabulary: typed values in single static assignment, and the nodes that define them.
import type { DType, Shape } from "../core/index.ts";
import type { Graph } from "./graph.ts";
import type { OpName, OpParams } from "./ops/index.ts";

/** Element type and shape of a value. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A result of a node: defined once, never changed. */
export interface Value extends ValueType {
  /** Unique within its graph, growing in the order of definition. */
  readonly id: number;
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly output: number;
}

/** One application of an op. */
export interface Node<N extends OpName = OpName> {
  readonly op: N;
  readonly inputs: readonly Value[];
  readonly params: OpParams[N];
  readonly outputs: readonly Value[];
  /** Path of the module that was being traced, such as `layer1.0.conv1`; empty outside modules. */
  readonly scope: string;
  readonly graph: Graph;
}

/** Narrows a node to one op, with its parameters. */
export function isOp<N extends OpName>(node: Node, op: N): node is Node<N> {
  return node.op === op;
}
