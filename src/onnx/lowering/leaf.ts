// Constants as initializers; inputs, variables and random numbers as the program's caller wants them.
import { float32, type HostTensor, isFloat, toNumbers } from "../../core/index.ts";
import type { Value, VariableRef } from "../../graph/index.ts";
import type { InputParams, LeafOps } from "../../graph/ops/leaf.ts";
import type { BernoulliParams, RandomOps } from "../../graph/ops/random.ts";
import type { Emitter } from "./emitter.ts";
import type { LoweringTable } from "./lowering.ts";

/** Names of the ONNX values that inputs, variables and random numbers are. */
export interface Leaves {
  input(emit: Emitter, input: InputParams): string;
  variable(emit: Emitter, variable: VariableRef): string;
  /** May be left out where no program draws. */
  bernoulli?(emit: Emitter, key: Value, params: BernoulliParams): string;
}

/** The tensor as it is computed with: floats rounded to float32. */
export function rounded(tensor: HostTensor): HostTensor {
  return isFloat(tensor.dtype) && tensor.dtype !== "float32"
    ? float32(tensor.shape, toNumbers(tensor.data))
    : tensor;
}

/** Float constants are rounded to float32; a tensor that several nodes hold is stored once. */
export function leafLowerings(leaves: Leaves): LoweringTable<LeafOps & RandomOps> {
  const constants = new Map<HostTensor, string>();
  return {
    input: (emit, _, params) => [leaves.input(emit, params)],
    variable: (emit, _, { variable }) => [leaves.variable(emit, variable)],
    bernoulli: (emit, [key], params) => [leaves.bernoulli!(emit, key!.value, params)],
    constant: (emit, _, { tensor }) => {
      const name = constants.get(tensor) ?? emit.constant("constant", rounded(tensor));
      constants.set(tensor, name);
      return [name];
    },
  };
}
