// Typed values in single static assignment, the nodes that define them, and the graph that they are appended to.
import { ClassifierTrainingError, formatShape } from "../core/index.ts";
import { type Dim, isDim } from "./dim.ts";
import { OPS, type OpName, type OpParams } from "./ops/index.ts";
import { require, ShapeError } from "./shape-error.ts";
import type { ValueType } from "./value-type.ts";

/** A result of a node: defined once, never changed. */
export interface Value<D extends Dim = Dim> extends ValueType<D> {
  /** Unique within its graph, growing in the order of definition. */
  readonly id: number;
  readonly node: Node<OpName, D>;
  /** Which of the node's outputs this is. */
  readonly output: number;
}

/** One application of an op. */
export interface Node<N extends OpName = OpName, D extends Dim = Dim> {
  readonly op: N;
  readonly inputs: readonly Value<D>[];
  readonly params: OpParams<D>[N];
  readonly outputs: readonly Value<D>[];
  /** Path of the module that was being traced, such as `layer1.0.conv1`; empty outside modules. */
  readonly scope: string;
  readonly graph: Graph;
}

/** Narrows a node to one op, with its parameters. */
export function isOp<N extends OpName, D extends Dim>(node: Node<OpName, D>, op: N): node is Node<N, D> {
  return node.op === op;
}

/** Append-only list of nodes in topological order, each checked by its op's shape inference. */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #scopes: string[] = [];
  #values = 0;

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** The module path that new nodes are marked with. */
  get scope(): string {
    return this.#scopes.at(-1) ?? "";
  }

  /** Runs `body` with new nodes marked as belonging to the module at `path`. */
  within<T>(path: string, body: () => T): T {
    this.#scopes.push(path);
    try {
      return body();
    } finally {
      this.#scopes.pop();
    }
  }

  /**
   * Appends one application of `op` and returns its outputs.
   * @throws ClassifierTrainingError `SHAPE_MISMATCH`, naming the module path, when the op's inputs do not fit.
   */
  append<N extends OpName>(op: N, inputs: readonly Value[], params: OpParams[N]): readonly Value[] {
    for (const input of inputs) {
      if (input.node.graph !== this) {
        throw new ClassifierTrainingError(
          "failure",
          "FOREIGN_VALUE",
          `${op}: an operand belongs to another graph; trace one model at a time`,
          { where: this.scope || undefined },
        );
      }
    }
    const outputs: Value[] = [];
    const node: Node<N> = { op, inputs, params, outputs, scope: this.scope, graph: this };
    for (const [output, type] of this.#infer(op, inputs, params).entries()) {
      outputs.push({ ...type, id: this.#values++, node: node as unknown as Node, output });
    }
    this.#nodes.push(node as unknown as Node);
    return outputs;
  }

  #infer<N extends OpName>(op: N, inputs: readonly Value[], params: OpParams[N]): readonly ValueType[] {
    return this.checked(op, inputs, () => {
      const types = OPS[op].infer(inputs, params);
      for (const { shape } of types) require(shape.every(isDim), `${formatShape(shape)} is no shape`);
      return types;
    });
  }

  /**
   * What `infer` gives for operands of `op`.
   * @throws ClassifierTrainingError `SHAPE_MISMATCH`, naming the module path, where `infer` throws a `ShapeError`
   */
  checked<T>(op: string, inputs: readonly Value[], infer: () => T): T {
    try {
      return infer();
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      const operands = inputs.map((value) => `${value.dtype}${formatShape(value.shape)}`).join(", ");
      throw new ClassifierTrainingError("failure", "SHAPE_MISMATCH", `${op}(${operands}): ${error.message}`, {
        where: this.scope || undefined,
      });
    }
  }
}
