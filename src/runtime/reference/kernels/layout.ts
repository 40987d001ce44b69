// Layout kernels: elements are moved, never computed.
import { stridesOf } from "../../../core/index.ts";
import type { LayoutOps } from "../../../graph/ops/layout.ts";
import type { KernelTable } from "../kernel.ts";
import { broadcastData, gather, scatter, stridedOffsets } from "../strided.ts";
import { allocateFor, type Elements } from "../tensor.ts";

/** Flat offset of an index. */
function offsetOf(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((sum, position, axis) => sum + position * strides[axis]!, 0);
}

/** A reshape shares its operand's elements; all others copy. */
export const layoutKernels: KernelTable<LayoutOps> = {
  reshape: ([x]) => [x!.data],
  transpose: ([x], { permutation }, [type]) => {
    const strides = stridesOf(x!.shape);
    const permuted = permutation.map((axis) => strides[axis]!);
    return [gather(x!.data, stridedOffsets(type!.shape, permuted), type!)];
  },
  broadcastTo: ([x], _, [type]) => [broadcastData(x!.data, x!.shape, type!)],
  slice: ([x], { starts }, [type]) => {
    const strides = stridesOf(x!.shape);
    return [gather(x!.data, stridedOffsets(type!.shape, strides, offsetOf(starts, strides)), type!)];
  },
  concat: (parts, { axis }, [type]) => {
    const result = allocateFor(type!);
    const strides = stridesOf(type!.shape);
    let start = 0;
    for (const { shape, data } of parts) {
      scatter(data, stridedOffsets(shape, strides, start * strides[axis]!), result);
      start += shape[axis]!;
    }
    return [result];
  },
  pad: ([x], { before, value }, [type]) => {
    const result = allocateFor(type!);
    const to: Elements = result;
    const fill = type!.dtype === "int64" ? BigInt(value) : value;
    for (let i = 0; i < to.length; i++) to[i] = fill;
    const strides = stridesOf(type!.shape);
    scatter(x!.data, stridedOffsets(x!.shape, strides, offsetOf(before, strides)), result);
    return [result];
  },
};
