// A tensor in the host's memory: element type, shape and a dense row-major typed array.
import { allocate, type DType, type DTypeArrays, type TensorData } from "./dtype.ts";
import { ClassifierTrainingError } from "./errors.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** A dense tensor that JavaScript can read; `D` narrows `data` to the array of that element type. */
export interface HostTensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  /** Row-major elements; its length is the product of `shape`. */
  readonly data: DTypeArrays[D];
}

/**
 * A host tensor over `data`, which is not copied.
 * @throws ClassifierTrainingError `TENSOR_SIZE` when the number of elements is not that of `shape`.
 */
export function hostTensor<D extends DType>(dtype: D, shape: Shape, data: DTypeArrays[D]): HostTensor<D> {
  if (data.length !== sizeOf(shape)) {
    throw new ClassifierTrainingError(
      "failure",
      "TENSOR_SIZE",
      `${data.length} elements do not fill a ${dtype} tensor of shape ${formatShape(shape)}`,
    );
  }
  return { dtype, shape, data };
}

/** A zero-filled host tensor. */
export function zeros<D extends DType>(dtype: D, shape: Shape): HostTensor<D> {
  return { dtype, shape, data: allocate(dtype, sizeOf(shape)) };
}

/** A float32 tensor from numbers. */
export function float32(shape: Shape, values: ArrayLike<number>): HostTensor<"float32"> {
  return hostTensor("float32", shape, Float32Array.from(values));
}

/** A float64 scalar. */
export function float64Scalar(value: number): HostTensor<"float64"> {
  return hostTensor("float64", [], Float64Array.of(value));
}

/** A float32 scalar. */
export function scalar(value: number): HostTensor<"float32"> {
  return float32([], [value]);
}

/** The elements as plain numbers (int64 beyond 2^53 loses precision). */
export function toNumbers(data: TensorData): number[] {
  // Several times as fast as Array.from, which asks an iterator for each element.
  const numbers = new Array<number>(data.length);
  for (let i = 0; i < data.length; i++) numbers[i] = Number(data[i]);
  return numbers;
}

/** Makes a tensor that fits of one with another shape. */
export type TensorChange = (tensor: HostTensor<"float32">) => HostTensor<"float32">;
