// The conformance suite as plain functions, for where there is no test runner: operands are inputs.
import { createProgram, Graph, input } from "../../src/graph/index.ts";
import type { Runtime, Session } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Case, outputsOf } from "../conformance/case.ts";
import { ALL_CASES } from "../conformance/cases/index.ts";
import { difference } from "../conformance/closeness.ts";

export interface ConformanceResult {
  readonly ops: number;
  readonly cases: number;
  /** One line for each output that is too far from the oracle's. */
  readonly problems: readonly string[];
}

/** Every op with so many of its cases. */
export async function conform(runtime: Runtime, casesOfOp: number): Promise<ConformanceResult> {
  const taken = new Map<string, number>();
  const chosen = ALL_CASES.filter(({ op }) => {
    taken.set(op, (taken.get(op) ?? 0) + 1);
    return taken.get(op)! <= casesOfOp;
  });
  const [session, oracle] = [
    await runtime.open({ storages: [] }),
    await referenceRuntime.open({ storages: [] }),
  ];
  const problems: string[] = [];
  for (const { op, one } of chosen) {
    const found = await compare(session, oracle, one).catch((error: unknown) => [String(error)]);
    problems.push(...found.map((problem) => `${op} ${one.name}: ${problem}`));
  }
  await session.dispose();
  return { ops: taken.size, cases: chosen.length, problems };
}

async function compare(session: Session, oracle: Session, one: Case): Promise<string[]> {
  const graph = new Graph();
  const operands = one.operands.map(({ dtype, shape }, i) => input(graph, `x${i}`, dtype, shape));
  const program = createProgram({ name: one.name, outputs: outputsOf(one, operands) });
  const inputs = Object.fromEntries(
    program.inputs.map(({ name }) => [name, one.operands[Number(name.slice(1))]!]),
  );
  const [actual, expected] = [
    await (await session.compile(program)).run(inputs),
    await (await oracle.compile(program)).run(inputs),
  ];
  return Object.entries(program.outputs).flatMap(([name, value]) => {
    const problem = difference(actual[name], expected[name]!, value, one.tolerance ?? "elementwise");
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
}
