// Variables in the compute thread's memory, where onnxruntime's CPU provider reads and writes them in place.
import { allocate, sizeOf, type TensorData } from "../../core/index.ts";
import type { Storage, VariableRef } from "../../graph/index.ts";
import { computedAs } from "../../onnx/index.ts";

/** One flat array per storage; variables are views of it. */
export class VariableStore {
  readonly #data: ReadonlyMap<string, TensorData>;

  constructor(storages: readonly Storage[]) {
    this.#data = new Map(storages.map(({ name, dtype, size }) => [name, allocate(computedAs(dtype), size)]));
  }

  /** The elements of a variable, not copied. */
  view({ storage, offset, shape }: VariableRef): TensorData {
    return this.#data.get(storage)!.subarray(offset, offset + sizeOf(shape));
  }

  write(variable: VariableRef, data: TensorData): void {
    copyElements(data, this.view(variable));
  }
}

/** Copies elements between arrays of one kind, or of floats of either width. */
export function copyElements(from: TensorData, to: TensorData): void {
  (to as Float32Array).set(from as Float32Array);
}
