// Pooling of maps, with what torch's options make of the last windows and of the padding.
import { hostTensor } from "../core/index.ts";
import { constant, mul, pad, sizeOfAxis } from "./build.ts";
import type { Value } from "./graph.ts";
import { type Pair, type Pool2dParams, windowCount } from "./ops/index.ts";

/** Window options of a pooling; the stride defaults to the kernel, the padding to none. */
export interface Pool2dOptions {
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly padding?: Pair;
  /** Whether a last window that begins in the map or its padding before it may reach beyond; default false. */
  readonly ceilMode?: boolean;
}

/** What the mean of a window has besides. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether zeros of the padding count; what a last window has beyond it never does. Default true. */
  readonly countIncludePad?: boolean;
}

/** The least float32, which never wins: not every runtime has -inf as a constant. */
const LEAST = -(2 - 2 ** -23) * 2 ** 127;

function paramsOf({ kernel, stride = kernel, padding = [0, 0] }: Pool2dOptions): Pool2dParams {
  return { kernel, stride, padding };
}

/** How far the last window reaches beyond the padding, by axis. */
function overhang(x: Value, { kernel, stride, padding }: Pool2dParams): Pair {
  const along = (axis: 0 | 1): number => {
    const size = sizeOfAxis(x, axis + 2);
    const reach = size + 2 * padding[axis] - kernel[axis];
    const last = Math.ceil(reach / stride[axis]) * stride[axis];
    return last < size + padding[axis] ? last - reach : 0;
  };
  return [along(0), along(1)];
}

/** Maps with `value` behind the last rows and columns. */
function extended(x: Value, [rows, columns]: Pair, value: number): Value {
  return rows === 0 && columns === 0 ? x : pad(x, [0, 0, 0, 0], [0, 0, rows, columns], value);
}

/** Maximum of each window: [N, C, H, W] -> [N, C, H', W'], H' as in `conv2d` but for `ceilMode`. Padding never wins. */
export function maxPool2d(x: Value, options: Pool2dOptions): Value {
  const params = paramsOf(options);
  const whole = options.ceilMode === true ? extended(x, overhang(x, params), LEAST) : x;
  return x.node.graph.append("maxPool2d", [whole], params)[0]!;
}

/** Mean of each window: [N, C, H, W] -> [N, C, H', W'], H' as in `conv2d` but for `ceilMode`. */
export function avgPool2d(x: Value, options: AvgPool2dOptions): Value {
  const params = paramsOf(options);
  const beyond: Pair = options.ceilMode === true ? overhang(x, params) : [0, 0];
  const means = x.node.graph.append("avgPool2d", [extended(x, beyond, 0)], params)[0]!;
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    shares(sizeOfAxis(x, axis + 2), axis, params, beyond[axis], options.countIncludePad ?? true),
  ) as [number[], number[]];
  if ([...rows, ...columns].every((share) => share === 1)) return means;
  const factors = Float64Array.from(rows.flatMap((row) => columns.map((column) => 1 / (row * column))));
  const tensor = hostTensor("float64", [1, 1, rows.length, columns.length], factors);
  return mul(means, constant(x.node.graph, tensor, x.dtype));
}

/** For each window along an axis, the share of its elements that count. */
function shares(
  size: number,
  axis: 0 | 1,
  params: Pool2dParams,
  beyond: number,
  countIncludePad: boolean,
): number[] {
  const [kernel, stride, padding] = [params.kernel[axis], params.stride[axis], params.padding[axis]];
  const [first, end] = countIncludePad ? [-padding, size + padding] : [0, size];
  return Array.from({ length: windowCount(size + beyond, kernel, stride, padding, 1) }, (_, i) => {
    const begin = i * stride - padding;
    return (Math.min(begin + kernel, end) - Math.max(begin, first)) / kernel;
  });
}

/** Mean over height and width: [N, C, H, W] -> [N, C, 1, 1]. */
export function globalAvgPool2d(x: Value): Value {
  return avgPool2d(x, { kernel: [sizeOfAxis(x, 2), sizeOfAxis(x, 3)] });
}
