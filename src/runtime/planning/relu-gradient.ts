// The pattern that the gradient of ReLU leaves in a graph: select(greater(y, 0), dy, 0).
import { type BoundNode, type BoundValue, isOp } from "../../graph/index.ts";
import type { Uses } from "./uses.ts";

/** `upstream` where `activated` is positive, else 0. */
export interface ReluGradient {
  readonly activated: BoundValue;
  readonly upstream: BoundValue;
  readonly result: BoundValue;
  /** The comparison and the selection. */
  readonly nodes: readonly BoundNode[];
}

/** The pattern that ends in `node`; its comparison must serve it alone. */
export function matchReluGradient(node: BoundNode, uses: Uses): ReluGradient | undefined {
  if (!isOp(node, "select")) return undefined;
  const [condition, upstream, otherwise] = node.inputs;
  const comparison = condition!.node;
  if (!isOp(comparison, "greater") || uses.only(condition!) !== node) return undefined;
  const [activated, threshold] = comparison.inputs;
  const [result] = node.outputs;
  const sameShape = [activated!, upstream!].every(({ shape }) => shape.join() === result!.shape.join());
  if (!sameShape || !isZero(threshold!) || !isZero(otherwise!) || result!.dtype !== "float32")
    return undefined;
  return { activated: activated!, upstream: upstream!, result: result!, nodes: [comparison, node] };
}

function isZero(value: BoundValue): boolean {
  return scalarConstant(value) === 0;
}

/** The number that a constant of one element holds. */
export function scalarConstant(value: BoundValue): number | undefined {
  if (!isOp(value.node, "constant")) return undefined;
  const { data } = value.node.params.tensor;
  return data.length === 1 ? Number(data[0]) : undefined;
}
