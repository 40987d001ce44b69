// Tensors on their way to a compute thread and back: what floats are held as there.
import { type DType, type HostTensor, isFloat, type TensorData } from "../../core/index.ts";
import type { BoundType } from "../../graph/index.ts";

/** Floats of every width are float32 in a compute thread's memory. */
export function heldAs(dtype: DType): DType {
  return isFloat(dtype) ? "float32" : dtype;
}

/** A host tensor's elements as a value of that type is held; copied only where they are wider. */
export function elementsFor({ data }: HostTensor, { dtype }: Pick<BoundType, "dtype">): TensorData {
  if (heldAs(dtype) === "float32" && data instanceof Float64Array) return Float32Array.from(data);
  return data;
}

/** The host's view of a value that came from there. */
export function fromThread({ dtype, shape }: BoundType, data: TensorData): HostTensor {
  return { dtype: heldAs(dtype), shape, data } as HostTensor;
}
