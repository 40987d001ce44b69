// Programs as plain data, so that they can be sent to the compute thread.
import {
  asBound,
  type BoundProgram,
  type BoundValue,
  createProgram,
  Graph,
  type OpName,
  type OpParams,
  type Value,
  type VariableRef,
} from "../../graph/index.ts";

/** Values are numbers: the results of all nodes, counted through. */
export interface EncodedProgram {
  readonly name: string;
  readonly nodes: readonly EncodedNode[];
  readonly outputs: readonly (readonly [name: string, value: number])[];
  readonly updates: readonly (readonly [variable: VariableRef, value: number])[];
}

interface EncodedNode {
  readonly op: OpName;
  readonly params: OpParams[OpName];
  /** Values are numbered in the order in which the nodes define them. */
  readonly inputs: readonly number[];
  readonly scope: string;
}

/** Plain data that `postMessage` can clone. */
export function encodeProgram({ name, nodes, outputs, updates }: BoundProgram): EncodedProgram {
  const numbers = new Map<BoundValue, number>();
  for (const node of nodes) for (const value of node.outputs) numbers.set(value, numbers.size);
  const numberOf = (value: BoundValue): number => numbers.get(value)!;
  return {
    name,
    nodes: nodes.map(({ op, params, inputs, scope }) => ({
      op,
      params,
      inputs: inputs.map(numberOf),
      scope,
    })),
    outputs: Object.entries(outputs).map(([key, value]) => [key, numberOf(value)]),
    updates: updates.map(({ variable, value }) => [variable, numberOf(value)]),
  };
}

/** The program in a graph of its own; shapes are inferred anew. */
export function decodeProgram({ name, nodes, outputs, updates }: EncodedProgram): BoundProgram {
  const graph = new Graph();
  const values: Value[] = [];
  for (const { op, params, inputs, scope } of nodes) {
    const operands = inputs.map((number) => values[number]!);
    values.push(...graph.within(scope, () => graph.append(op, operands, params)));
  }
  return asBound(
    createProgram({
      name,
      outputs: Object.fromEntries(outputs.map(([key, number]) => [key, values[number]!])),
      updates: updates.map(([variable, number]) => ({ variable, value: values[number]! })),
    }),
  );
}
