// Every op on the adapter at hand against the oracle: the suite's cases, without its test runner.
import type { HostTensor } from "../../src/core/index.ts";
import { createProgram, Graph, input } from "../../src/graph/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Case, outputsOf } from "../../test/conformance/case.ts";
import { ALL_CASES } from "../../test/conformance/cases/index.ts";
import { difference } from "../../test/conformance/closeness.ts";
import { COMPOSITIONS } from "../../test/conformance/compositions.ts";

/** Cases that are compiled and run side by side. */
const TOGETHER = 32;

export interface Conformance {
  readonly cases: number;
  readonly failures: readonly string[];
}

/** Runs cases (default: all) with their operands as inputs. */
export async function checkConformance(
  runtime: Runtime,
  isWanted: (title: string) => boolean = () => true,
): Promise<Conformance> {
  const subjects = [
    ...ALL_CASES.map(({ op, one }) => ({ title: `${op} ${one.name}`, one })),
    ...COMPOSITIONS.map((one) => ({ title: `together: ${one.name}`, one })),
  ].filter(({ title }) => isWanted(title));
  const session = await runtime.open({ storages: [] });
  const oracle = await referenceRuntime.open({ storages: [] });
  const failures: string[] = [];
  const check = async (title: string, one: Case): Promise<void> => {
    const graph = new Graph();
    const operands = one.operands.map(({ dtype, shape }, i) => input(graph, `x${i}`, dtype, shape));
    const program = createProgram({ name: title, outputs: outputsOf(one, operands) });
    const inputs: Record<string, HostTensor> = {};
    for (const { name } of program.inputs) inputs[name] = one.operands[Number(name.slice(1))]!;
    const executable = await session.compile(program);
    const expected = await (await oracle.compile(program)).run(inputs);
    const actual = await executable.run(inputs);
    await executable.dispose();
    for (const [name, value] of Object.entries(program.outputs)) {
      const problem = difference(actual[name], expected[name]!, value, one.tolerance ?? "elementwise");
      if (problem !== undefined) failures.push(`${title}, ${name}: ${problem}`);
    }
  };
  for (let begin = 0; begin < subjects.length; begin += TOGETHER) {
    await Promise.all(
      subjects.slice(begin, begin + TOGETHER).map(({ title, one }) =>
        check(title, one).catch((error: unknown) => {
          failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
        }),
      ),
    );
  }
  await session.dispose();
  return { cases: subjects.length, failures };
}
