// A file of named tensors, whatever its format: names and shapes at once, bytes when asked for.
import {
  ClassifierTrainingError,
  type DType,
  didYouMean,
  type HostTensor,
  type Shape,
} from "../core/index.ts";

/** What is known of a tensor before its bytes are read. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An open file of weights. Close it when done (`using file = openWeights(path)` does). */
export interface WeightsFile extends Disposable {
  /** The path, or the name given to bytes in memory. */
  readonly name: string;
  readonly format: "safetensors" | "safetensors-index" | "pytorch-zip" | "pytorch-legacy";
  /** Text entries that the file carries besides tensors (safetensors `__metadata__`). */
  readonly metadata: ReadonlyMap<string, string>;
  /** What the file holds, in the file's order. Nothing but the directory has been read for it. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * Reads one tensor, dense and row-major, into memory of its own.
   * @throws ClassifierTrainingError `WEIGHTS_UNKNOWN_TENSOR`, or `kind` "data" where the bytes are damaged.
   */
  read(name: string): HostTensor;
  close(): void;
}

/** The error for a name that a file does not hold. */
export function unknownTensor(file: WeightsFile, name: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "WEIGHTS_UNKNOWN_TENSOR", `there is no tensor "${name}"`, {
    where: file.name,
    hint: didYouMean(name, [...file.tensors.keys()]),
  });
}
