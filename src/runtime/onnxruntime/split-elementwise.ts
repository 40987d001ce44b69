// Takes elementwise updates of long variables, such as an optimizer's, out of a program: they can be computed
// piece by piece, so that intermediate values stay in the processor's caches and need no memory to speak of.
import { type Shape, sizeOf } from "../../core/index.ts";
import {
  asBound,
  type BoundNode,
  type BoundProgram,
  type BoundUpdate,
  type BoundValue,
  createProgram,
  Graph,
  input,
  isOp,
  readVariable,
  type Value,
  type VariableRef,
} from "../../graph/index.ts";
import { ELEMENTWISE } from "./elementwise-ops.ts";

/** Updates of vectors of one length, each element of which depends on the same element of others and on scalars. */
export interface ElementwisePart {
  readonly size: number;
  /** The part for the first `length` elements of its vectors; scalars are inputs. */
  program(length: number): BoundProgram;
}

/** A program in two: together they do what it did. */
export interface SplitProgram {
  /** All else; beside the program's outputs it gives the scalars that the parts take, under the same names. */
  readonly rest: BoundProgram;
  readonly parts: readonly ElementwisePart[];
}

/** Separates updates of vectors of at least `minimum` elements that are elementwise. */
export function splitElementwise(program: BoundProgram, minimum: number): SplitProgram {
  const bySize = new Map<number, BoundUpdate[]>();
  for (const update of program.updates) {
    const { shape } = update.value;
    if (shape.length !== 1 || shape[0]! < minimum || !isElementwise(update.value, shape)) continue;
    bySize.set(shape[0]!, [...(bySize.get(shape[0]!) ?? []), update]);
  }
  const groups = [...bySize.values()].filter((updates) => isIndependent(program, updates));
  const taken = new Set(groups.flat());
  const scalars = new Map<string, BoundValue>();
  const parts = groups.map((updates) => createPart(program.name, updates, scalars));
  const rest = asBound(
    createProgram({
      name: program.name,
      outputs: { ...program.outputs, ...Object.fromEntries(scalars) },
      updates: program.updates.filter((update) => !taken.has(update)),
    }),
  );
  return { rest, parts };
}

/** Whether every element of `value` depends on the same element of variables, and on scalars, alone. */
function isElementwise(value: BoundValue, shape: Shape, known = new Map<BoundValue, boolean>()): boolean {
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  const { node } = value;
  const result =
    value.shape.length === 0 ||
    (value.shape.length === 1 &&
      value.shape[0] === shape[0] &&
      (isOp(node, "variable") ||
        (ELEMENTWISE.has(node.op) && node.inputs.every((operand) => isElementwise(operand, shape, known)))));
  known.set(value, result);
  return result;
}

/** Nodes of vectors that the updates need, operands first, leaves included. */
function vectorNodes(updates: readonly BoundUpdate[]): BoundNode[] {
  const nodes = new Set<BoundNode>();
  const visit = ({ node, shape }: BoundValue): void => {
    if (shape.length === 0 || nodes.has(node)) return;
    for (const operand of node.inputs) visit(operand);
    nodes.add(node);
  };
  for (const { value } of updates) visit(value);
  return [...nodes];
}

/**
 * Whether the updates may be computed after all else, piece by piece: no other update changes what they read,
 * and their vectors are the same elements or have none in common.
 */
function isIndependent(program: BoundProgram, updates: readonly BoundUpdate[]): boolean {
  const read = vectorNodes(updates).flatMap((node) =>
    isOp(node, "variable") ? [node.params.variable as VariableRef] : [],
  );
  const own = [...read, ...updates.map(({ variable }) => variable)];
  const others = program.updates.filter((update) => !updates.includes(update));
  return (
    own.every((a) => own.every((b) => distance(a, b) === 0 || distance(a, b) >= sizeOf(a.shape))) &&
    others.every(({ variable }) => own.every((a) => !overlap(a, variable)))
  );
}

function distance(a: VariableRef, b: VariableRef): number {
  return a.storage === b.storage ? Math.abs(a.offset - b.offset) : Number.POSITIVE_INFINITY;
}

function overlap(a: VariableRef, b: VariableRef): boolean {
  return (
    a.storage === b.storage && a.offset < b.offset + sizeOf(b.shape) && b.offset < a.offset + sizeOf(a.shape)
  );
}

function createPart(
  name: string,
  updates: readonly BoundUpdate[],
  scalars: Map<string, BoundValue>,
): ElementwisePart {
  const size = updates[0]!.value.shape[0]!;
  const nodes = vectorNodes(updates);
  for (const operand of nodes.flatMap(({ inputs }) => inputs)) {
    if (operand.shape.length === 0 && !isOp(operand.node, "constant"))
      scalars.set(scalarName(operand), operand);
  }
  return { size, program: (length) => trimmed(name, nodes, updates, length) };
}

function scalarName({ id }: BoundValue): string {
  return `scalar ${id}`;
}

/** The same computation on vectors of another length. */
function trimmed(
  name: string,
  nodes: readonly BoundNode[],
  updates: readonly BoundUpdate[],
  length: number,
): BoundProgram {
  const graph = new Graph();
  const values = new Map<Value, Value>();
  const first = (variable: VariableRef): VariableRef => ({ ...variable, shape: [length] });
  const scalarOrVector = (operand: BoundValue): Value => {
    const known = values.get(operand);
    if (known !== undefined) return known;
    const { node, dtype } = operand;
    const scalar = isOp(node, "constant")
      ? graph.append("constant", [], node.params)[0]!
      : input(graph, scalarName(operand), dtype, []);
    values.set(operand, scalar);
    return scalar;
  };
  for (const node of nodes) {
    const result = graph.within(node.scope, () =>
      isOp(node, "variable")
        ? readVariable(graph, first(node.params.variable))
        : graph.append(node.op, node.inputs.map(scalarOrVector), node.params)[0]!,
    );
    values.set(node.outputs[0]!, result);
  }
  return asBound(
    createProgram({
      name,
      outputs: {},
      updates: updates.map(({ variable, value }) => ({
        variable: first(variable),
        value: values.get(value)!,
      })),
    }),
  );
}
