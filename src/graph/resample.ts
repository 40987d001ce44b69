// Resampling of maps by weights that are known when the graph is built: pooling to any size.
import { hostTensor } from "../core/index.ts";
import { constant, matmul, sizeOfAxis, transpose } from "./build.ts";
import type { Value } from "./graph.ts";
import type { Pair } from "./ops/index.ts";
import { avgPool2d } from "./pooling.ts";

/** Weights [to, from] of the means of rows floor(i from / to) to ceil((i + 1) from / to). */
function averaging(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const [begin, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
    return Array.from({ length: from }, (_, j) => (j >= begin && j < end ? 1 / (end - begin) : 0));
  });
}

/** The last axis multiplied by weights [to, from]. */
function alongLast(x: Value, weights: readonly (readonly number[])[]): Value {
  const shape = [weights.length, weights[0]!.length];
  const data = Float64Array.from(weights.flat());
  return matmul(x, constant(x.node.graph, hostTensor("float64", shape, data), x.dtype), false, true);
}

/** Both axes of [N, C, H, W] multiplied by weights. */
function resample(
  x: Value,
  rows: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
): Value {
  const swap = [0, 1, 3, 2];
  return transpose(alongLast(transpose(alongLast(x, columns), swap), rows), swap);
}

/**
 * Means over windows that divide [N, C, H, W] into [N, C, h, w]: rows floor(i H / h) to ceil((i + 1) H / h) and columns
 * alike, as torch's `adaptive_avg_pool2d`.
 */
export function adaptiveAvgPool2d(x: Value, [height, width]: Pair): Value {
  const [rows, columns] = [sizeOfAxis(x, 2), sizeOfAxis(x, 3)];
  if (rows === height && columns === width) return x;
  if (rows % height === 0 && columns % width === 0)
    return avgPool2d(x, { kernel: [rows / height, columns / width] });
  return resample(x, averaging(rows, height), averaging(columns, width));
}
