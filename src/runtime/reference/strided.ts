// Walking a tensor with any strides: where each element of a row-major result lies in its source.
import { type Shape, sizeOf, stridesOf, type TensorData } from "../../core/index.ts";
import type { BoundType } from "../../graph/index.ts";
import { allocateFor, type Elements } from "./tensor.ts";

/**
 * For each index of `shape` in row-major order, `base` plus the sum of index times stride: the offset of that
 * element in a tensor with those strides.
 */
export function stridedOffsets(shape: Shape, strides: readonly number[], base = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let offset = base;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return offsets;
}

/** Strides that read a tensor of shape `from` as if it were broadcast to `to`: zero along stretched axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const strides = stridesOf(from);
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]!));
}

/** The elements of `source` at `offsets`, as a new array for a value of `type`. */
export function gather(source: TensorData, offsets: Int32Array, type: BoundType): TensorData {
  const result = allocateFor(type);
  const from: Elements = source;
  const to: Elements = result;
  for (let i = 0; i < offsets.length; i++) to[i] = from[offsets[i]!]!;
  return result;
}

/** Puts the elements of `source` at `offsets` of `target`. */
export function scatter(source: TensorData, offsets: Int32Array, target: TensorData): void {
  const from: Elements = source;
  const to: Elements = target;
  for (let i = 0; i < offsets.length; i++) to[offsets[i]!] = from[i]!;
}

/** The one element of `source` everywhere. */
function filled(source: TensorData, type: BoundType): TensorData {
  const result = allocateFor(type) as Float64Array;
  return result.fill((source as Float64Array)[0]!);
}

/** The elements of a tensor broadcast to `type`; its own array where that changes nothing. */
export function broadcastData(data: TensorData, shape: Shape, type: BoundType): TensorData {
  if (sizeOf(shape) === sizeOf(type.shape)) return data;
  if (data.length === 1) return filled(data, type);
  return gather(data, stridedOffsets(type.shape, broadcastStrides(shape, type.shape)), type);
}
