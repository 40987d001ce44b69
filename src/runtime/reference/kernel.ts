// What a kernel is: the arithmetic of one op on run-time tensors.
import type { HostTensor, TensorData } from "../../core/index.ts";
import type { BoundType, VariableRef } from "../../graph/index.ts";
import type { Tensor } from "./tensor.ts";

/** Where leaves get their elements from. */
export interface RunState {
  input(name: string): HostTensor;
  /** The variable's elements before the run; not a copy. */
  variable(variable: VariableRef): TensorData;
}

/** Elements of every output of an op with parameters `P`; operands are never changed. */
export type Kernel<P> = (
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly BoundType[],
  state: RunState,
) => readonly TensorData[];

/** A kernel for every op of a family: leaving one out does not compile. */
export type KernelTable<Ops> = { readonly [N in keyof Ops]: Kernel<Ops[N]> };
