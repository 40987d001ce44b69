// Checks that every runtime makes where tensors come in: inputs of a run and values written to variables.
import {
  ClassifierTrainingError,
  type DType,
  formatShape,
  type HostTensor,
  type Shape,
  sameShape,
} from "../core/index.ts";
import {
  batchFactor,
  bindShape,
  type Dims,
  isBoundShape,
  type Program,
  type Storage,
  type ValueType,
  type VariableRef,
} from "../graph/index.ts";
import type { VariableWrite } from "./contract.ts";

/** Whether elements of `given` may stand for `wanted`: float32 and float64 for each other, else the same. */
function dtypeFits(given: DType, wanted: DType): boolean {
  const wide = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";
  return given === wanted || (wide(given) && wide(wanted));
}

function formatType({ dtype, shape }: ValueType): string {
  return `${dtype}${formatShape(shape)}`;
}

/**
 * Checks the inputs of a run against the program's; float tensors of either width fit.
 * @returns the size of the batch; 0 where no input has a batch axis
 * @throws ClassifierTrainingError `RUN_INPUT` for a missing, unknown or mis-shaped input.
 */
export function checkInputs(program: Program, inputs: Readonly<Record<string, HostTensor>>): number {
  let batch = 0;
  const fail = (name: string, problem: string): never => {
    throw new ClassifierTrainingError(
      "failure",
      "RUN_INPUT",
      `program ${program.name}: input ${name} ${problem}`,
    );
  };
  for (const wanted of program.inputs) {
    const given = Object.hasOwn(inputs, wanted.name) ? inputs[wanted.name] : undefined;
    if (given === undefined) fail(wanted.name, `is missing, it takes ${formatType(wanted)}`);
    else {
      batch ||= batchSizeOf(given.shape, wanted.shape);
      const fits =
        dtypeFits(given.dtype, wanted.dtype) && sameShape(given.shape, bindShape(wanted.shape, batch));
      const size = isBoundShape(wanted.shape) || batch === 0 ? "" : ` with N = ${batch}`;
      if (!fits) fail(wanted.name, `is ${formatType(given)}, it takes ${formatType(wanted)}${size}`);
    }
  }
  const known = new Set(program.inputs.map(({ name }) => name));
  for (const name of Object.keys(inputs)) if (!known.has(name)) fail(name, "is unknown");
  return batch;
}

/** The size of the batch of a tensor that should be of shape `wanted`; 0 where that has no batch axis. */
function batchSizeOf(given: Shape, wanted: Dims): number {
  const axis = wanted.findIndex((dim) => typeof dim !== "number");
  const dim = wanted[axis];
  if (dim === undefined || typeof dim === "number") return 0;
  const size = (given[axis] ?? 0) / batchFactor(dim);
  return Number.isInteger(size) ? size : 0;
}

/**
 * Checks that a variable lies within one of the storages.
 * @throws ClassifierTrainingError `VARIABLE_UNKNOWN`
 */
export function checkVariable(storages: ReadonlyMap<string, Storage>, variable: VariableRef): void {
  const storage = storages.get(variable.storage);
  const end = variable.offset + variable.shape.reduce((size, dim) => size * dim, 1);
  if (
    storage !== undefined &&
    storage.dtype === variable.dtype &&
    variable.offset >= 0 &&
    end <= storage.size
  )
    return;
  throw new ClassifierTrainingError(
    "failure",
    "VARIABLE_UNKNOWN",
    `variable ${variable.name}: ${formatType(variable)} at ${variable.offset} does not lie in a storage ${variable.storage} of this session`,
  );
}

/**
 * Checks a value written to a variable; float tensors of either width fit.
 * @throws ClassifierTrainingError `VARIABLE_UNKNOWN` or `VARIABLE_WRITE`
 */
export function checkWrite(
  storages: ReadonlyMap<string, Storage>,
  { variable, tensor }: VariableWrite,
): void {
  checkVariable(storages, variable);
  if (dtypeFits(tensor.dtype, variable.dtype) && sameShape(tensor.shape, variable.shape)) return;
  throw new ClassifierTrainingError(
    "failure",
    "VARIABLE_WRITE",
    `variable ${variable.name} holds ${formatType(variable)}, it was given ${formatType(tensor)}`,
  );
}
