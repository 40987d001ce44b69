// Every op on every runtime against the oracle: operands as inputs, as variables and as constants of the program. What has
// convolutions is computed with each algorithm for them as well.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostTensor, isFloat } from "../../src/core/index.ts";
import {
  constant,
  createProgram,
  Graph,
  input,
  type Program,
  readVariable,
  type Storage,
  storageOf,
  type VariableRef,
} from "../../src/graph/index.ts";
import type { ConvolutionAlgorithm, Runtime, Session } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Case, operandShape, outputsOf } from "./case.ts";
import { ALL_CASES } from "./cases/index.ts";
import { expectClose } from "./compare.ts";
import { COMPOSITIONS } from "./compositions.ts";
import { ALGORITHMS, findRuntimes } from "./runtimes.ts";

const FREE = "inputs with a free batch";
const SOURCES = ["inputs", FREE, "variables", "constants"] as const;
type Source = (typeof SOURCES)[number];

const SUBJECTS = [
  ...ALL_CASES.map(({ op, one }) => ({ op, one, title: `${op} ${one.name}` })),
  ...COMPOSITIONS.map((one) => ({ op: undefined, one, title: `together: ${one.name}` })),
];

/** A case with its operands laid out as variables: one storage for each dtype. */
interface Prepared {
  readonly one: Case;
  readonly storages: readonly Storage[];
  readonly variables: readonly VariableRef[];
}

function prepare(one: Case, index: number): Prepared {
  const specs = one.operands.map(({ dtype, shape }, i) => ({ name: `case${index}.${i}`, dtype, shape }));
  const dtypes = [...new Set(specs.map(({ dtype }) => dtype))];
  const storages = dtypes.map((dtype) =>
    storageOf(
      `case${index}.${dtype}`,
      specs.filter((spec) => spec.dtype === dtype),
    ),
  );
  const members = storages.flatMap((storage) => storage.members);
  return { one, storages, variables: specs.map(({ name }) => members.find((ref) => ref.name === name)!) };
}

const prepared = SUBJECTS.map(({ one }, index) => prepare(one, index));

function programOf({ one, variables }: Prepared, source: Source): Program {
  const graph = new Graph();
  const operands = one.operands.map((tensor, i) => {
    if (source === "inputs") return input(graph, `x${i}`, tensor.dtype, tensor.shape);
    if (source === FREE) {
      return input(graph, `x${i}`, tensor.dtype, operandShape(one, i, true));
    }
    return source === "variables" ? readVariable(graph, variables[i]!) : constant(graph, tensor);
  });
  return createProgram({ name: `${one.name} of ${source}`, outputs: outputsOf(one, operands) });
}

/** The sources of a case's operands: in software, where each is compiled anew, one of them, and for the next case the next. */
function sourcesOf(index: number, inSoftware: boolean): readonly Source[] {
  const sources = SOURCES.filter((source) => source !== FREE || SUBJECTS[index]!.one.batch !== undefined);
  return inSoftware ? [sources[index % sources.length]!] : sources;
}

async function openSession(
  runtime: Runtime,
  convolutionAlgorithm: ConvolutionAlgorithm = "auto",
): Promise<Session> {
  const storages = prepared.flatMap(({ storages }) => storages);
  const session = await runtime.open({ storages, convolutionAlgorithm });
  await session.write(
    prepared.flatMap(({ one, variables }) =>
      variables.map((variable, i) => ({ variable, tensor: one.operands[i]! })),
    ),
  );
  return session;
}

async function runOn(session: Session, program: Program, one: Case): Promise<Record<string, HostTensor>> {
  const executable = await session.compile(program);
  const inputs = program.inputs.map(({ name }) => [name, one.operands[Number(name.slice(1))]!]);
  const outputs = await executable.run(Object.fromEntries(inputs));
  await executable.dispose();
  return outputs;
}

const hasConvolutions = (subject: Prepared): boolean =>
  programOf(subject, "inputs").nodes.some(({ op }) => op.startsWith("conv2d"));

const ROWS = prepared.map((subject, index) => ({ subject, index, ...SUBJECTS[index]! }));
const CONVOLUTION_ROWS = ROWS.filter(({ subject }) => hasConvolutions(subject));

/** Every runtime with every row, and with each of its algorithms the rows that have convolutions. */
const RUNS = (await findRuntimes()).flatMap(({ name, ...found }) => [
  { ...found, title: name, algorithm: undefined, rows: ROWS },
  ...(ALGORITHMS[name] ?? []).map((algorithm) => ({
    ...found,
    ...{ title: `${name}, ${algorithm}`, algorithm, rows: CONVOLUTION_ROWS },
  })),
]);

describe.each(RUNS)("$title", ({ runtime, available, inSoftware, algorithm, rows }) => {
  let session: Session;
  let oracle: Session;

  beforeAll(async () => {
    if (!available) return;
    [session, oracle] = await Promise.all([openSession(runtime, algorithm), openSession(referenceRuntime)]);
  });
  afterAll(async () => {
    await Promise.all([session?.dispose(), oracle?.dispose()]);
  });

  describe.skipIf(!available).each(rows)("$title", ({ subject, op, index }) => {
    test.each(sourcesOf(index, inSoftware))("of %s", async (source) => {
      const { one } = subject;
      const program = programOf(subject, source);
      // A free batch must give what the same program gives that was made for that size.
      const plain = programOf(subject, source === FREE ? "inputs" : source);
      const ops = new Set(program.nodes.map((node) => node.op));
      const isLeaf = op === "input" || op === "variable" || op === "constant";
      if (op !== undefined && !isLeaf) expect(ops, "the case must be about its op").toContain(op);
      const [actual, expected] = await Promise.all([runOn(session, program, one), runOn(oracle, plain, one)]);
      expect(Object.keys(actual).sort()).toEqual(Object.keys(program.outputs).sort());
      for (const [name, value] of Object.entries(plain.outputs)) {
        expectClose(actual[name], expected[name]!, value, one.tolerance ?? "elementwise", name);
        if (runtime.name === "reference" && isFloat(value.dtype)) expect(actual[name]!.dtype).toBe("float64");
      }
    });
  });
});
