// Sums of squares of large tensors, as of all gradients for their norm: the squares need no memory where nothing else reads them.
import { sizeOf } from "../../core/index.ts";
import { isBoundShape, isOp, type Node, type Program, type Value } from "../../graph/index.ts";

/** Elements from which on a sum of all of them is taken by rows. */
export const LARGE_SUM: number = 1 << 16;

/** The squares that only a sum of all their elements, of which there are many, reads. */
export function summedSquares({ nodes, outputs, updates }: Program): ReadonlySet<Node> {
  const results = [...Object.values(outputs), ...updates.map(({ value }) => value)];
  const reads = new Map<Value, number>();
  for (const value of [...results, ...nodes.flatMap(({ inputs }) => inputs)])
    reads.set(value, (reads.get(value) ?? 0) + 1);
  const summed = nodes.flatMap((node) => {
    const [x] = node.inputs;
    return isOp(node, "reduceSum") && isLargeSum(x!, node.params.axes) && reads.get(x!) === 1
      ? [x!.node]
      : [];
  });
  return new Set(summed.filter((node) => isOp(node, "mul") && node.inputs[0] === node.inputs[1]));
}

/** Whether it is the sum of all of a large tensor. */
export function isLargeSum({ shape }: Pick<Value, "shape">, axes: readonly number[]): boolean {
  return axes.length === shape.length && isBoundShape(shape) && sizeOf(shape) >= LARGE_SUM;
}
