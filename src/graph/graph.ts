// The graph under construction: nodes are only ever appended, each checked by its op's shape inference.
import { ClassifierTrainingError, formatShape } from "../core/index.ts";
import type { Node, Value, ValueType } from "./node.ts";
import { OPS, type OpName, type OpParams } from "./ops/index.ts";
import { ShapeError } from "./shape-error.ts";

/** Append-only list of nodes in topological order. */
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
    try {
      return OPS[op].infer(inputs, params);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      const operands = inputs.map((value) => `${value.dtype}${formatShape(value.shape)}`).join(", ");
      throw new ClassifierTrainingError("failure", "SHAPE_MISMATCH", `${op}(${operands}): ${error.message}`, {
        where: this.scope || undefined,
      });
    }
  }
}
