// A program: what a runtime compiles - nodes in order, named inputs and outputs, updates of variables.
import { ClassifierTrainingError, formatShape, sameShape, sizeOf } from "../core/index.ts";
import type { Dim } from "./dim.ts";
import { isOp, type Node, type Value } from "./graph.ts";
import { OPS, type OpName } from "./ops/index.ts";
import type { InputParams } from "./ops/leaf.ts";
import type { VariableRef } from "./storage.ts";

/** After a run the variable holds what the value was; all updates take effect together. */
export interface Update<D extends Dim = Dim> {
  readonly variable: VariableRef;
  readonly value: Value<D>;
}

/**
 * One computation, whole: it reads inputs and variables, gives outputs, and changes variables when all else is
 * done.
 */
export interface Program<D extends Dim = Dim> {
  readonly name: string;
  /** Every node that an output or update needs, operands first. */
  readonly nodes: readonly Node<OpName, D>[];
  readonly inputs: readonly InputParams<D>[];
  readonly outputs: Readonly<Record<string, Value<D>>>;
  readonly updates: readonly Update<D>[];
}

/** What a program is for; which nodes and inputs that takes is found from it. */
export interface ProgramParts {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Value>>;
  readonly updates?: readonly Update[];
}

/**
 * A program from its results: nodes that nothing needs are left out.
 * @throws ClassifierTrainingError `PROGRAM_UPDATE` for an update whose type is not its variable's or that
 *   overlaps another, `PROGRAM_INPUT` for two inputs of one name, `FOREIGN_VALUE` for results of two graphs.
 */
export function createProgram({ name, outputs, updates = [] }: ProgramParts): Program {
  const results = [...Object.values(outputs), ...updates.map(({ value }) => value)];
  const needed = new Set<Node>();
  const pending = results.map((value) => value.node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) pending.push(input.node);
  }
  const nodes = (results[0]?.node.graph.nodes ?? []).filter((node) => needed.has(node));
  if (nodes.length < needed.size) {
    throw new ClassifierTrainingError(
      "failure",
      "FOREIGN_VALUE",
      `program ${name} has results of two graphs`,
    );
  }
  checkUpdates(name, updates);
  return { name, nodes, inputs: collectInputs(name, nodes), outputs, updates };
}

function collectInputs(name: string, nodes: readonly Node[]): InputParams[] {
  const inputs = nodes.filter((node) => isOp(node, "input")).map(({ params }) => params);
  if (new Set(inputs.map((input) => input.name)).size < inputs.length) {
    throw new ClassifierTrainingError(
      "failure",
      "PROGRAM_INPUT",
      `program ${name} has two inputs of one name`,
    );
  }
  return inputs;
}

function checkUpdates(name: string, updates: readonly Update[]): void {
  const ends = new Map<string, number>();
  const ordered = [...updates].sort((a, b) => a.variable.offset - b.variable.offset);
  for (const { variable, value } of ordered) {
    const problem =
      value.dtype !== variable.dtype || !sameShape(value.shape, variable.shape)
        ? `is given a ${value.dtype}${formatShape(value.shape)}, it holds ${variable.dtype}${formatShape(variable.shape)}`
        : (ends.get(variable.storage) ?? 0) > variable.offset
          ? "is updated twice"
          : undefined;
    if (problem !== undefined) {
      throw new ClassifierTrainingError(
        "failure",
        "PROGRAM_UPDATE",
        `program ${name}: variable ${variable.name} ${problem}`,
      );
    }
    ends.set(variable.storage, variable.offset + sizeOf(variable.shape));
  }
}

/** Variables that the program reads, each once. */
export function variablesRead(program: Program): VariableRef[] {
  const read = new Map<string, VariableRef>();
  for (const node of program.nodes) {
    if (!isOp(node, "variable")) continue;
    const { variable } = node.params;
    read.set(`${variable.storage}@${variable.offset}:${formatShape(variable.shape)}`, variable);
  }
  return [...read.values()];
}

/** Floating point operations of one run; convolutions and matrix products, a multiply-add counting 2. */
export function countFlops(program: Program): number {
  return program.nodes.reduce((total, node) => total + flopsOf(node), 0);
}

/** Floating point operations of one node. */
export function flopsOf(node: Node): number {
  const { flops } = OPS[node.op] as (typeof OPS)["conv2d"];
  return flops?.(node.inputs, node.params as Parameters<typeof flops>[1], node.outputs) ?? 0;
}
