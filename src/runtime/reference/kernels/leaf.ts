// Leaves: inputs, variables, constants.
import type { LeafOps } from "../../../graph/ops/leaf.ts";
import type { KernelTable } from "../kernel.ts";
import { fromHost } from "../tensor.ts";

/** Inputs and constants are copied, floats as float64; a variable is a view of its storage. */
export const leafKernels: KernelTable<LeafOps> = {
  input: (_, { name, dtype }, __, state) => [fromHost(state.input(name), dtype).data],
  variable: (_, { variable }, __, state) => [state.variable(variable)],
  constant: (_, { dtype, tensor }) => [fromHost(tensor, dtype).data],
};
