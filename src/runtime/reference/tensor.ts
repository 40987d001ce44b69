// Tensors at run time: every float in float64, integers and booleans as they are.
import {
  allocate,
  type DType,
  type HostTensor,
  isFloat,
  type Shape,
  sizeOf,
  type TensorData,
} from "../../core/index.ts";
import type { BoundType } from "../../graph/index.ts";

/** A value at run time; `data` is Float64Array for every float dtype. Never changed once made. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** A typed array seen element by element: numbers, or bigints where it is int64. */
export interface Elements {
  readonly length: number;
  [index: number]: number | bigint;
}

/** The dtype that elements of `dtype` are held in. */
export function heldAs(dtype: DType): DType {
  return isFloat(dtype) ? "float64" : dtype;
}

/** Large arrays that the present run is done with, by length: fresh memory costs more than arithmetic. */
const spare = new Map<number, Float64Array[]>();

/** From how many elements on an array is kept for another value. */
const WORTH_KEEPING = 2 ** 16;

/** Zeros for a value of this type. */
export function allocateFor({ dtype, shape }: BoundType): TensorData {
  const size = sizeOf(shape);
  const used = isFloat(dtype) ? spare.get(size)?.pop() : undefined;
  return used?.fill(0) ?? allocate(heldAs(dtype), size);
}

/** Lets another value have an array that nothing reads any more. */
export function giveBack(data: TensorData): void {
  if (!(data instanceof Float64Array) || data.length < WORTH_KEEPING) return;
  const alike = spare.get(data.length);
  if (alike === undefined) spare.set(data.length, [data]);
  else alike.push(data);
}

/** Frees what was given back. */
export function freeSpare(): void {
  spare.clear();
}

/** The elements of a float tensor. */
export function floats(tensor: Tensor): Float64Array {
  return tensor.data as Float64Array;
}

/** A copy of host elements as a run-time tensor of `dtype`. */
export function fromHost({ data, shape }: HostTensor, dtype: DType): Tensor {
  return { dtype, shape, data: isFloat(dtype) ? Float64Array.from(data as Float32Array) : data.slice() };
}

/** A copy for the caller; floats are float64. */
export function toHost({ dtype, shape, data }: Tensor): HostTensor {
  return { dtype: heldAs(dtype), shape, data: data.slice() };
}
