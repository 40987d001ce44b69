// What lives across runs: variables, laid out as views of flat storages.
import { ClassifierTrainingError, type DType, type Shape, sizeOf } from "../core/index.ts";

/** A named tensor that lives across runs. */
export interface VariableSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A variable and where its elements lie: `sizeOf(shape)` of them, row-major, from `offset` of a storage. */
export interface VariableRef extends VariableSpec {
  readonly storage: string;
  /** In elements. */
  readonly offset: number;
}

/**
 * A flat buffer that holds variables one behind another. Programs may read and update a member, or the
 * storage as a whole: so an optimizer is one elementwise program over all parameters.
 */
export interface Storage {
  readonly name: string;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  readonly members: readonly VariableRef[];
}

/** A storage whose members are `variables`, in order, without gaps. All must have one dtype. */
export function storageOf(name: string, variables: readonly VariableSpec[]): Storage {
  const dtype = variables[0]?.dtype ?? "float32";
  let size = 0;
  const members = variables.map((variable) => {
    if (variable.dtype !== dtype) {
      throw new ClassifierTrainingError(
        "failure",
        "STORAGE_DTYPE",
        `storage ${name} holds ${dtype}, variable ${variable.name} is ${variable.dtype}`,
      );
    }
    const member: VariableRef = { ...variable, storage: name, offset: size };
    size += sizeOf(variable.shape);
    return member;
  });
  return { name, dtype, size, members };
}

/** The whole of a storage as one variable of rank 1. */
export function wholeStorage(storage: Storage): VariableRef {
  return {
    name: storage.name,
    dtype: storage.dtype,
    shape: [storage.size],
    storage: storage.name,
    offset: 0,
  };
}
