// What a lowering is: the ONNX nodes that stand for one application of a graph op.
import type { Value, ValueType } from "../../graph/index.ts";
import type { Emitter } from "./emitter.ts";

/** An operand of an op: the value, and what it is called in the ONNX graph. */
export interface Operand extends ValueType {
  readonly name: string;
  readonly value: Value;
  /** Whether that is the name of the tensor whose square the value is: only for a sum of all elements. */
  readonly isRoot: boolean;
}

/** A result of an op. */
export interface Result extends ValueType {
  /** Whether anything reads it; else it need not be computed. */
  readonly isUsed: boolean;
}

/** Emits the nodes for one op and returns the names of its outputs, in order. */
export type Lowering<P> = (
  emit: Emitter,
  inputs: readonly Operand[],
  params: P,
  outputs: readonly Result[],
) => readonly string[];

/** A lowering for every op of a family: leaving one out does not compile. */
export type LoweringTable<Ops> = { readonly [N in keyof Ops]: Lowering<Ops[N]> };
