// Constants as initializers; inputs and variables as the program's caller wants them.
import { float32, type HostTensor, isFloat, toNumbers } from "../../core/index.ts";
import type { VariableRef } from "../../graph/index.ts";
import type { InputParams, LeafOps } from "../../graph/ops/leaf.ts";
import type { Emitter } from "./emitter.ts";
import type { LoweringTable } from "./lowering.ts";

/** Names of the ONNX values that inputs and variables are. */
export interface Leaves {
  input(emit: Emitter, input: InputParams): string;
  variable(emit: Emitter, variable: VariableRef): string;
}

/** The tensor as it is computed with: floats rounded to float32. */
export function rounded(tensor: HostTensor): HostTensor {
  return isFloat(tensor.dtype) && tensor.dtype !== "float32"
    ? float32(tensor.shape, toNumbers(tensor.data))
    : tensor;
}

/** Float constants are rounded to float32. */
export function leafLowerings(leaves: Leaves): LoweringTable<LeafOps> {
  return {
    input: (emit, _, params) => [leaves.input(emit, params)],
    variable: (emit, _, { variable }) => [leaves.variable(emit, variable)],
    constant: (emit, _, { tensor }) => [emit.constant("constant", rounded(tensor))],
  };
}
