// Variables in the host's memory, where onnxruntime's CPU provider reads and writes them in place.
import { allocate, type HostTensor, hostTensor, sizeOf, type TensorData } from "../../core/index.ts";
import { isOp, type Program, type Storage, type VariableRef } from "../../graph/index.ts";
import { computedAs } from "../../onnx/index.ts";
import { checkVariable, checkWrite } from "../boundary.ts";
import type { VariableWrite } from "../contract.ts";

/** One flat array per storage; variables are views of it. */
export class VariableStore {
  readonly #storages: ReadonlyMap<string, Storage>;
  readonly #data: Map<string, TensorData>;

  constructor(storages: readonly Storage[]) {
    this.#storages = new Map(storages.map((storage) => [storage.name, storage]));
    this.#data = new Map(storages.map(({ name, dtype, size }) => [name, allocate(computedAs(dtype), size)]));
  }

  /** @throws ClassifierTrainingError `VARIABLE_UNKNOWN` where the program uses a variable that is not here. */
  check(program: Program): void {
    for (const node of program.nodes) {
      if (isOp(node, "variable")) checkVariable(this.#storages, node.params.variable);
    }
    for (const { variable } of program.updates) checkVariable(this.#storages, variable);
  }

  /** The elements of a variable, not copied. @throws ClassifierTrainingError `VARIABLE_UNKNOWN` */
  view(variable: VariableRef): TensorData {
    checkVariable(this.#storages, variable);
    const { storage, offset, shape } = variable;
    return this.#data.get(storage)!.subarray(offset, offset + sizeOf(shape));
  }

  /** Lets go of all memory. */
  clear(): void {
    this.#data.clear();
  }

  /** A copy of a variable. */
  read(variable: VariableRef): HostTensor {
    return hostTensor(computedAs(variable.dtype), variable.shape, this.view(variable).slice());
  }

  /** Sets all of them, or none where one does not fit. */
  write(entries: readonly VariableWrite[]): void {
    for (const entry of entries) checkWrite(this.#storages, entry);
    for (const { variable, tensor } of entries) copyElements(tensor.data, this.view(variable));
  }
}

/** Copies elements between arrays of one kind, or of floats of either width. */
export function copyElements(from: TensorData, to: TensorData): void {
  (to as Float32Array).set(from as Float32Array);
}
