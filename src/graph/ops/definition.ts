// What every op declares: its outputs' types and its arithmetic cost.
import type { ValueType } from "../value-type.ts";

/** What the graph asks an op; `P` are its parameters. What it computes is each runtime's own. */
export interface OpDefinition<P> {
  /** Types of the outputs. Throws `ShapeError` when the inputs do not fit. */
  infer(inputs: readonly ValueType[], params: P): readonly ValueType[];
  /**
   * Floating point operations, a multiply-add counting 2; only convolutions and matrix products are
   * counted, as torch's flop counter does. Absent means none.
   */
  flops?(inputs: readonly ValueType[], params: P, outputs: readonly ValueType[]): number;
}

/** Parameters of an op that has none. */
export type NoParams = Readonly<Record<never, never>>;
