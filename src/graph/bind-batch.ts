// Gives the batch axis of a program a size, and so every value a shape of numbers: what runtimes compute.
import { ClassifierTrainingError, float64Scalar, isFloat, sizeOf } from "../core/index.ts";
import { bindShape, type Dims, isBoundShape } from "./dim.ts";
import { Graph, isOp, type Node, type Value } from "./graph.ts";
import type { OpName, OpParams } from "./ops/index.ts";
import { createProgram, type Program, type Update } from "./program.ts";
import type { ValueType } from "./value-type.ts";

/** A type in which every dimension is a number. */
export type BoundType = ValueType<number>;
/** A value whose dimensions are numbers. */
export type BoundValue = Value<number>;
/** A node of such values. */
export type BoundNode<N extends OpName = OpName> = Node<N, number>;
/** An update by such a value. */
export type BoundUpdate = Update<number>;
/** A program of such nodes: what runtimes compute. */
export type BoundProgram = Program<number>;

/** Whether no value's shape depends on the batch. */
export function isBound(program: Program): program is BoundProgram {
  return program.nodes.every(({ outputs }) => outputs.every(({ shape }) => isBoundShape(shape)));
}

/**
 * The program for batches of one size: the same nodes, but that scalars which follow from the size alone, such as the
 * count of a mean, are constants.
 * @throws ClassifierTrainingError `SHAPE_MISMATCH`, naming the module path, for a size that an op cannot take
 */
export function bindBatch(program: Program, batch: number): BoundProgram {
  const graph = new Graph();
  const numbers = new BatchNumbers(batch);
  const values = new Map<Value, Value>();
  for (const node of program.nodes) {
    numbers.visit(node);
    const [result] = node.outputs;
    const number = result?.shape.length === 0 ? numbers.of(result) : undefined;
    const bound = graph.within(node.scope, () =>
      number === undefined
        ? graph.append(
            node.op,
            node.inputs.map((value) => values.get(value)!),
            bindParams(node.params, batch),
          )
        : graph.append("constant", [], {
            dtype: result!.dtype,
            tensor: float64Scalar(number),
          }),
    );
    for (const [i, value] of node.outputs.entries()) values.set(value, bound[i]!);
  }
  return createProgram({
    name: program.name,
    outputs: Object.fromEntries(
      Object.entries(program.outputs).map(([name, value]) => [name, values.get(value)!]),
    ),
    updates: program.updates.map(({ variable, value }) => ({ variable, value: values.get(value)! })),
  }) as BoundProgram;
}

/** Parameters with every list of dimensions among them bound. */
function bindParams<P extends OpParams[OpName]>(params: P, batch: number): P {
  const entries = Object.entries(params).map(([key, value]) =>
    Array.isArray(value) ? [key, bindShape(value as Dims, batch)] : [key, value],
  );
  return Object.fromEntries(entries) as P;
}

/** What scalar functions make of numbers. */
const FUNCTIONS: { readonly [N in OpName]?: (a: number, b: number) => number } = {
  neg: (a) => -a,
  sqrt: Math.sqrt,
  reciprocal: (a) => 1 / a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

/** Values whose elements are all one number, which follows from the size of the batch. */
class BatchNumbers {
  readonly #batch: number;
  readonly #numbers = new Map<Value, number>();

  constructor(batch: number) {
    this.#batch = batch;
  }

  of(value: Value): number | undefined {
    return this.#numbers.get(value);
  }

  /** Looks at a node; its operands must have been visited. */
  visit(node: Node): void {
    const [result] = node.outputs;
    const number = result !== undefined && isFloat(result.dtype) ? this.#numberOf(node, result) : undefined;
    if (number !== undefined) this.#numbers.set(result!, number);
  }

  #numberOf(node: Node, result: Value): number | undefined {
    const [first] = node.inputs;
    // Where it all begins: a number for each sample.
    if (isOp(node, "broadcastTo") && !isBoundShape(result.shape)) return this.#known(first!);
    if (!node.inputs.some((operand) => this.#numbers.has(operand))) return undefined;
    const numbers = node.inputs.map((operand) => this.#known(operand));
    const [a, b] = numbers;
    if (a === undefined || numbers.includes(undefined)) return undefined;
    if (isOp(node, "reduceSum")) return (a * this.#sizeOf(first!)) / this.#sizeOf(result);
    if (isOp(node, "reshape")) return a;
    return FUNCTIONS[node.op]?.(a, b ?? 0);
  }

  /** The number that a value's elements are; of constants, scalars only. */
  #known(value: Value): number | undefined {
    if (!isOp(value.node, "constant") || value.shape.length > 0) return this.#numbers.get(value);
    return Number(value.node.params.tensor.data[0]);
  }

  #sizeOf({ shape }: Value): number {
    return sizeOf(bindShape(shape, this.#batch));
  }
}

/**
 * A program that was made of shapes of numbers.
 * @throws ClassifierTrainingError `PROGRAM_UNBOUND` where a shape depends on the batch
 */
export function asBound(program: Program): BoundProgram {
  if (isBound(program)) return program;
  const problem = `the batch axis of program ${program.name} has no size`;
  throw new ClassifierTrainingError("failure", "PROGRAM_UNBOUND", problem, {
    hint: "bind it with bindBatch",
  });
}
