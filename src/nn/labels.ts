// Integer labels as rows of targets; labels that are left out as rows of zeros.
import { float32 } from "../core/index.ts";
import { constant, mul, oneHot, reduceSum, type Value } from "../graph/index.ts";

/** The label of samples that leave losses and metrics, as torch's default. */
export const IGNORE_INDEX = -100;

/**
 * Rows [N, C] of labels [N]: 1 at the label, and zeros alone where the label is `ignoreIndex`, a class's own index
 * included. Graph code cannot refuse a value: a label outside 0..C-1 gives zeros as well, and whoever feeds the graph
 * checks labels before (the trainer does).
 */
export function labelRows(labels: Value, classes: number, ignoreIndex: number = IGNORE_INDEX): Value {
  const rows = oneHot(labels, classes);
  if (ignoreIndex < 0 || ignoreIndex >= classes) return rows;
  const counts = Array.from({ length: classes }, (_, c) => Number(c !== ignoreIndex));
  return mul(rows, constant(labels.node.graph, float32([classes], counts)));
}

/** [N, 1]: 1 for each row of `labelRows` that counts, else 0. */
export function countedRows(rows: Value): Value {
  return reduceSum(rows, { axes: [1], keepDims: true });
}
