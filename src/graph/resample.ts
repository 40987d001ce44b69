// Resampling of maps by weights that are known when the graph is built: pooling and interpolation to any size.
import { cubicWeight, hostTensor } from "../core/index.ts";
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

/** How a place between others is made of them. */
export type ResizeMode = "bilinear" | "bicubic";

/** Places on either side that count, and the weight of one at a distance. */
const KERNELS: Readonly<Record<ResizeMode, { reach: number; weight: (distance: number) => number }>> = {
  bilinear: { reach: 1, weight: (distance) => 1 - Math.abs(distance) },
  bicubic: { reach: 2, weight: (distance) => cubicWeight(distance, -0.75) },
};

/** Weights [to, from] that keep the edges where they are; what lies beyond is the place at the end. */
function interpolating(from: number, to: number, mode: ResizeMode): number[][] {
  const { reach, weight } = KERNELS[mode];
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const row = new Array<number>(from).fill(0);
    const first = Math.floor(centre) - reach + 1;
    for (let tap = first; tap < first + 2 * reach; tap++)
      row[Math.min(Math.max(tap, 0), from - 1)]! += weight(tap - centre);
    return row;
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

/**
 * [N, C, H, W] -> [N, C, h, w], interpolated between the nearest places: torch's `interpolate` with
 * `align_corners=False`, which does not look at more of them where maps become smaller.
 */
export function resize(x: Value, [height, width]: Pair, mode: ResizeMode = "bilinear"): Value {
  const [rows, columns] = [sizeOfAxis(x, 2), sizeOfAxis(x, 3)];
  if (rows === height && columns === width) return x;
  return resample(x, interpolating(rows, height, mode), interpolating(columns, width, mode));
}
