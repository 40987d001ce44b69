// Ops without operands: program inputs, variables and constants.
import type { DType, HostTensor } from "../../core/index.ts";
import type { Dim, Dims } from "../dim.ts";
import type { VariableRef } from "../storage.ts";
import type { OpDefinition } from "./definition.ts";

/** A tensor that is given anew for each run. */
export interface InputParams<D extends Dim = Dim> {
  /** Name under which `run` receives the tensor. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Dims<D>;
}

/** A tensor that a session keeps from run to run. */
export interface VariableParams {
  readonly variable: VariableRef;
}

/** A tensor that is part of the program. */
export interface ConstantParams {
  /** Type of the value. */
  readonly dtype: DType;
  /**
   * Its elements. Those of a float constant may be float64 whatever `dtype` is, so that `reference` computes with
   * 0.1 and not with the float32 next to it; a runtime converts them to its own width.
   */
  readonly tensor: HostTensor;
}

/** Parameters of the ops by name. */
export interface LeafOps<D extends Dim = Dim> {
  input: InputParams<D>;
  /** The value of a variable before the run; updates take effect after it. */
  variable: VariableParams;
  constant: ConstantParams;
}

/** Types of the results: those declared. */
export const leafOps: { readonly [N in keyof LeafOps]: OpDefinition<LeafOps[N]> } = {
  input: { infer: (_, { dtype, shape }) => [{ dtype, shape }] },
  variable: { infer: (_, { variable }) => [{ dtype: variable.dtype, shape: variable.shape }] },
  constant: { infer: (_, { dtype, tensor }) => [{ dtype, shape: tensor.shape }] },
};
