// Turns strided views of storages into dense tensors.
import {
  allocate,
  type DType,
  type HostTensor,
  hostTensor,
  type Shape,
  sizeOf,
  stridesOf,
  type TensorData,
  viewBuffer,
} from "../../core/index.ts";
import type { TorchArchive } from "./archive.ts";
import type { TorchTensor } from "./pickle-values.ts";

/**
 * Reads tensors of an archive. A storage that a tensor fills is handed over as it is; one that several
 * tensors may look at is kept, so that no file is read over and over: together at most the file's size.
 */
export class TensorReader {
  readonly #archive: TorchArchive;
  readonly #kept = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(archive: TorchArchive) {
    this.#archive = archive;
  }

  /** The elements of a view in row-major order. */
  read(tensor: TorchTensor): HostTensor {
    const { storage, offset, shape, stride } = tensor;
    const { dtype } = storage;
    const count = sizeOf(shape);
    if (count === 0) return hostTensor(dtype, shape, allocate(dtype, 0));
    const dense = isDense(shape, stride);
    if (dense && count === storage.elements) {
      return hostTensor(dtype, shape, viewBuffer(dtype, this.#archive.readStorage(storage).buffer, 0, count));
    }
    let bytes = this.#kept.get(storage.key);
    if (bytes === undefined) {
      bytes = this.#archive.readStorage(storage);
      this.#kept.set(storage.key, bytes);
    }
    const elements = viewBuffer(dtype, bytes.buffer, 0, storage.elements);
    const data = dense
      ? elements.slice(offset, offset + count)
      : gather(dtype, elements, offset, shape, stride);
    return hostTensor(dtype, shape, data as ReturnType<typeof allocate>);
  }
}

function isDense(shape: Shape, stride: readonly number[]): boolean {
  const rowMajor = stridesOf(shape);
  return shape.every((dim, axis) => dim === 1 || stride[axis] === rowMajor[axis]);
}

/** Copies a strided view, the last axis in the inner loop. */
function gather(
  dtype: DType,
  elements: TensorData,
  offset: number,
  shape: Shape,
  stride: readonly number[],
): TensorData {
  const result = allocate(dtype, sizeOf(shape));
  const last = shape.length - 1;
  const inner = shape[last]!;
  const step = stride[last]!;
  const index = new Array<number>(last).fill(0);
  let source = offset;
  for (let target = 0; target < result.length; target += inner) {
    for (let i = 0; i < inner; i++) result[target + i] = elements[source + i * step]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      source += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      source -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
