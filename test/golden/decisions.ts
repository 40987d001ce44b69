// Where a slope jumps - a ReLU at zero, a tie in a maximum - rounding decides on which side a runtime stands. The oracle
// takes the runtime's side where rounding can have chosen it, so that what is left to compare is smooth.
import { type HostTensor, isFloat } from "../../src/core/index.ts";
import {
  createProgram,
  Graph,
  input,
  isOp,
  type Node,
  type Program,
  type Value,
} from "../../src/graph/index.ts";
import type { Executable, Runtime, Session } from "../../src/runtime/contract.ts";

/** The tensors that decided in one run of a program: by name, in the order of the program. */
export type Decisions = Readonly<Record<string, HostTensor>>;

/** Which operands of a node choose between slopes: a change within rounding may change its result by a jump. */
function decidingOperands(node: Node): readonly number[] {
  switch (node.op) {
    case "equal":
    case "greater":
    case "greaterEqual":
      return [0, 1].filter((i) => isFloat(node.inputs[i]!.dtype) && node.inputs[i]!.node.op !== "constant");
    case "sign":
      return [0];
    case "clipGrad":
    case "maxPool2dGrad":
      return [1];
    default:
      return [];
  }
}

/** Every value that decides in a program, by a name that is the same for programs of the same nodes. */
function decidingValues({ nodes }: Program): Map<Value, string> {
  const values = new Set(nodes.flatMap((node) => decidingOperands(node).map((i) => node.inputs[i]!)));
  return new Map(
    Array.from(values, (value, i) => [value, `decision ${i}, ${value.node.op} of ${value.node.scope}`]),
  );
}

/** A runtime whose runs also say what decided in them: a run with decisions adds an entry to `decided`. */
export function observed(runtime: Runtime, decided: Decisions[]): Runtime {
  return withPrograms(runtime, async (session, program) => {
    const values = decidingValues(program);
    const named = Object.fromEntries(Array.from(values, ([value, name]) => [name, value]));
    const outputs = { ...program.outputs, ...named };
    const executable = await session.compile(createProgram({ ...program, outputs }));
    return {
      async run(inputs) {
        const results = await executable.run(inputs);
        if (values.size > 0) decided.push(pick(results, Object.keys(named)));
        return pick(results, Object.keys(program.outputs));
      },
      dispose: () => executable.dispose(),
    };
  });
}

/** A value of the oracle beside the tensor that decided in its stead. */
export interface Decided {
  readonly name: string;
  readonly theirs: ArrayLike<number>;
  readonly own: ArrayLike<number>;
  /** Where `own` is a ReLU's result: its operand, which says how far from zero it was. */
  readonly before: ArrayLike<number> | undefined;
}

/**
 * The oracle, deciding as another runtime did: each run takes the first entry off `decided`, and `check` is shown
 * every tensor of it beside the oracle's own.
 */
export function following(oracle: Runtime, decided: Decisions[], check: (decided: Decided) => void): Runtime {
  return withPrograms(oracle, async (session, program) => {
    const { redirected, names, rectified } = redirect(program);
    const executable = await session.compile(redirected);
    return {
      async run(inputs) {
        if (names.length === 0) return executable.run(inputs);
        const theirs = decided.shift();
        if (theirs === undefined) throw new Error(`no decisions are left for program ${program.name}`);
        const results = await executable.run({ ...inputs, ...theirs });
        for (const name of names) {
          const before = rectified.has(name) ? elements(results[`before ${name}`]!) : undefined;
          check({ name, theirs: elements(theirs[name]!), own: elements(results[`own ${name}`]!), before });
        }
        return pick(results, Object.keys(program.outputs));
      },
      dispose: () => executable.dispose(),
    };
  });
}

/** A program that decides by inputs, and puts out what would have decided. */
function redirect(program: Program): {
  readonly redirected: Program;
  readonly names: readonly string[];
  readonly rectified: ReadonlySet<string>;
} {
  const graph = new Graph();
  const values = decidingValues(program);
  const deciding = new Map(
    Array.from(values, ([{ dtype, shape }, name]) => [name, input(graph, name, dtype, shape)]),
  );
  const copies = new Map<Value, Value>();
  for (const node of program.nodes) {
    const slots = decidingOperands(node);
    const operands = node.inputs.map((value, i) =>
      slots.includes(i) ? deciding.get(values.get(value)!)! : copies.get(value)!,
    );
    const outputs = graph.within(node.scope, () => graph.append(node.op, operands, node.params));
    for (const [i, value] of node.outputs.entries()) copies.set(value, outputs[i]!);
  }
  const outputs = mapped(program.outputs, (value) => copies.get(value)!);
  const rectified = new Set<string>();
  for (const [value, name] of values) {
    outputs[`own ${name}`] = copies.get(value)!;
    if (!isOp(value.node, "relu")) continue;
    outputs[`before ${name}`] = copies.get(value.node.inputs[0]!)!;
    rectified.add(name);
  }
  const updates = program.updates.map(({ variable, value }) => ({ variable, value: copies.get(value)! }));
  return {
    redirected: createProgram({ name: program.name, outputs, updates }),
    names: [...values.values()],
    rectified,
  };
}

/** The elements of a tensor that decides: those are floats. */
function elements({ data }: HostTensor): ArrayLike<number> {
  return data as Float64Array;
}

/** How far the runtime was from the oracle's own decision, at each element: for a ReLU by its operand, on the runtime's side. */
export function deviations({ theirs, own, before }: Decided): Float64Array {
  if (before === undefined) return Float64Array.from(own, (value, i) => Math.abs(theirs[i]! - value));
  return Float64Array.from(before, (x, i) => (theirs[i]! > 0 ? Math.abs(theirs[i]! - x) : Math.max(x, 0)));
}

/** Fails where a runtime was farther from the oracle's decision than rounding can have brought it. */
export function expectRounding(decided: Decided, allowed: number): void {
  const found = deviations(decided);
  for (let i = 0; i < found.length; i++) {
    // NaN is farther than anything.
    if (found[i]! <= allowed) continue;
    const { name, theirs, own, before } = decided;
    throw new Error(
      `${name}: element ${i} is ${theirs[i]}, the oracle's ${(before ?? own)[i]}; rounding may change ${allowed}`,
    );
  }
}

export function withPrograms(
  runtime: Runtime,
  compile: (session: Session, program: Program) => Promise<Executable>,
): Runtime {
  return {
    name: runtime.name,
    probe: () => runtime.probe(),
    async open(options) {
      const session = await runtime.open(options);
      return {
        runtime: session.runtime,
        precision: session.precision,
        threads: session.threads,
        compile: (program) => compile(session, program),
        read: (variables) => session.read(variables),
        write: (entries) => session.write(entries),
        dispose: () => session.dispose(),
      };
    },
  };
}

function pick<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(keys.map((key) => [key, record[key]!]));
}

export function mapped<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
