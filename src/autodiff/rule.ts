// What a gradient rule is: from the gradients of a node's outputs to those of its operands.
import type { Node, OpName, Value } from "../graph/index.ts";

/** Gradients of the outputs (absent where nothing depends on that output) and which operands need one. */
export interface RuleContext<N extends OpName> {
  readonly node: Node<N>;
  readonly upstream: readonly (Value | undefined)[];
  /** Whether operand i leads to something that is differentiated by. */
  needs(operand: number): boolean;
}

/** Gradient of each operand, in order; `undefined` where none is needed or none flows. */
export type Rule<N extends OpName> = (context: RuleContext<N>) => readonly (Value | undefined)[];

/** An op that gradients cannot pass, with the reason that is shown to whoever tries. */
export interface NotDifferentiable {
  readonly notDifferentiable: string;
}

/** One row for every op of a family. */
export type RuleTable<Ops> = { readonly [N in keyof Ops & OpName]: Rule<N> | NotDifferentiable };
