// Walking tensors by strides: where each element of a row-major result lies in its source.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";

/** For each index of `shape`, row by row, `base` plus the sum of index times stride. */
export function stridedOffsets(shape: Shape, strides: readonly number[], base = 0): Int32Array {
  let offsets = Int32Array.of(base);
  for (const [axis, dim] of shape.entries()) {
    const stride = strides[axis]!;
    const next = new Int32Array(offsets.length * dim);
    for (let i = 0, to = 0; i < offsets.length; i++) {
      for (let index = 0; index < dim; index++) next[to++] = offsets[i]! + index * stride;
    }
    offsets = next;
  }
  return offsets.length === sizeOf(shape) ? offsets : new Int32Array(sizeOf(shape));
}

/** Strides that read a tensor of shape `from` as if it were broadcast to `to`: zero along stretched axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const strides = stridesOf(from);
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]!));
}

/** Offsets that broadcast `from` to `to`; undefined where that changes nothing. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array | undefined {
  return sizeOf(from) === sizeOf(to) ? undefined : stridedOffsets(to, broadcastStrides(from, to));
}
