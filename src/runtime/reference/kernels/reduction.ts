// Reductions, softmax and its logarithm.
import { type Shape, stridesOf, type TensorData } from "../../../core/index.ts";
import type { ReduceParams } from "../../../graph/index.ts";
import type { ReductionOps } from "../../../graph/ops/reduction.ts";
import type { Kernel, KernelTable } from "../kernel.ts";
import { stridedOffsets } from "../strided.ts";
import { allocateFor, type Elements, floats } from "../tensor.ts";

/** For each element of `shape`, the flat index of the element it is reduced into. */
function targets(shape: Shape, axes: readonly number[]): Int32Array {
  const reduced = new Set(axes);
  const strides = stridesOf(shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim)));
  return stridedOffsets(
    shape,
    strides.map((stride, axis) => (reduced.has(axis) ? 0 : stride)),
  );
}

function reduce(
  start: "zero" | "first",
  combine: (a: number | bigint, b: number | bigint) => number | bigint,
): Kernel<ReduceParams> {
  return ([x], { axes }, [type]) => {
    const result = allocateFor(type!);
    const into: Elements = result;
    const from: Elements = x!.data;
    const seen = new Uint8Array(start === "first" ? result.length : 0);
    const target = targets(x!.shape, axes);
    for (let i = 0; i < from.length; i++) {
      const t = target[i]!;
      if (start === "first" && seen[t] === 0) {
        seen[t] = 1;
        into[t] = from[i]!;
      } else into[t] = combine(into[t]!, from[i]!);
    }
    return [result];
  };
}

function sum(a: number | bigint, b: number | bigint): number | bigint {
  return (a as number) + (b as number);
}

function larger(a: number | bigint, b: number | bigint): number | bigint {
  return a > b || Number.isNaN(a) ? a : b;
}

/** Index of the first maximum of each row of `width` elements. */
function argMax(data: TensorData, width: number): Int32Array {
  const values: Elements = data;
  const result = new Int32Array(values.length / width);
  for (let row = 0; row < result.length; row++) {
    let best = 0;
    for (let i = 1; i < width; i++) if (values[row * width + i]! > values[row * width + best]!) best = i;
    result[row] = best;
  }
  return result;
}

function logSoftmax(x: Float64Array, width: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let maximum = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < width; i++) maximum = Math.max(maximum, x[start + i]!);
    let total = 0;
    for (let i = 0; i < width; i++) total += Math.exp(x[start + i]! - maximum);
    const logTotal = Math.log(total);
    for (let i = 0; i < width; i++) result[start + i] = x[start + i]! - maximum - logTotal;
  }
  return result;
}

/** Of each row of `width` elements. */
function softmax(x: Float64Array, width: number): Float64Array {
  return logSoftmax(x, width).map(Math.exp);
}

function softmaxGrad(dy: Float64Array, y: Float64Array, width: number): Float64Array {
  const result = new Float64Array(y.length);
  for (let start = 0; start < y.length; start += width) {
    let total = 0;
    for (let i = start; i < start + width; i++) total += dy[i]! * y[i]!;
    for (let i = start; i < start + width; i++) result[i] = y[i]! * (dy[i]! - total);
  }
  return result;
}

/** Terms are added in the order of the operand's elements. */
export const reductionKernels: KernelTable<ReductionOps> = {
  reduceSum: reduce("zero", sum),
  reduceMax: reduce("first", larger),
  argMax: ([x]) => [argMax(x!.data, x!.shape.at(-1)!)],
  logSoftmax: ([x]) => [logSoftmax(floats(x!), x!.shape.at(-1)!)],
  softmax: ([x]) => [softmax(floats(x!), x!.shape.at(-1)!)],
  // Of one process; the executable does that of several.
  allReduceSum: ([x]) => [x!.data],
  softmaxGrad: ([dy, y]) => [softmaxGrad(floats(dy!), floats(y!), y!.shape.at(-1)!)],
};
