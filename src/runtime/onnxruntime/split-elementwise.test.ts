import { describe, expect, test } from "vitest";
import { float32, type HostTensor, RandomStream, toNumbers } from "../../core/index.ts";
import {
  add,
  asBound,
  createProgram,
  div,
  Graph,
  input,
  minimum,
  mul,
  type Program,
  printProgram,
  readVariable,
  reduceSum,
  sqrt,
  storageOf,
  sub,
  transpose,
  type Value,
  type VariableRef,
  wholeStorage,
} from "../../graph/index.ts";
import type { Runtime } from "../contract.ts";
import { referenceRuntime } from "../reference/index.ts";
import { onnxRuntime } from "./index.ts";
import { splitElementwise } from "./split-elementwise.ts";

/** More than two pieces, and a rest. */
const SIZE = 3 * 65_536 + 77;
const storages = ["parameters", "gradients", "averages"].map((name) =>
  storageOf(name, [{ name: `${name}.all`, dtype: "float32", shape: [SIZE] }]),
);
const [parameters, gradients, averages] = storages.map(wholeStorage) as [
  VariableRef,
  VariableRef,
  VariableRef,
];

/** Clipping by norm, then momentum: a reduction over everything, and two elementwise updates that use it. */
function optimizer(): Program {
  const graph = new Graph();
  const [p, g, m] = [parameters, gradients, averages].map((variable) => readVariable(graph, variable)) as [
    Value,
    Value,
    Value,
  ];
  const rate = input(graph, "rate", "float32", []);
  const norm = sqrt(reduceSum(mul(g, g)));
  const mean = add(mul(m, 0.9), mul(g, minimum(div(1, norm), 1)));
  return createProgram({
    name: "apply",
    outputs: { norm },
    updates: [
      { variable: parameters, value: sub(p, mul(mean, rate)) },
      { variable: averages, value: mean },
    ],
  });
}

/** The program's norm and variables after two runs on a runtime. */
async function train(runtime: Runtime): Promise<number[][]> {
  const session = await runtime.open({ storages });
  const random = new RandomStream(5, "split");
  const draw = (): HostTensor =>
    float32(
      [SIZE],
      Array.from({ length: SIZE }, () => random.uniform(-1, 1)),
    );
  await session.write([parameters, gradients, averages].map((variable) => ({ variable, tensor: draw() })));
  const step = await session.compile(optimizer());
  await step.run({ rate: float32([], [0.5]) });
  const { norm } = await step.run({ rate: float32([], [0.25]) });
  const tensors = await session.read([parameters, averages]);
  await session.dispose();
  return [norm!, ...tensors].map(({ data }) => toNumbers(data));
}

describe("elementwise updates of long vectors", () => {
  test("are taken out of the program, with the scalars that they need", () => {
    const { rest, parts } = splitElementwise(asBound(optimizer()), 1000);
    expect(rest.updates).toEqual([]);
    expect(Object.keys(rest.outputs)).toHaveLength(3);
    expect(parts.map(({ size }) => size)).toEqual([SIZE]);
    const text = printProgram(parts[0]!.program(8));
    expect(text).toContain("float32[8]");
    expect(text).not.toContain("reduceSum");
    expect(text.match(/update /g)).toHaveLength(2);
  });

  test("computed in pieces give what the oracle gives at once", async () => {
    const [actual, expected] = [await train(onnxRuntime), await train(referenceRuntime)];
    for (const [i, wanted] of expected.entries()) {
      const worst = Math.max(0, ...chunks(actual[i]!).map((part, k) => difference(part, chunks(wanted)[k]!)));
      expect(worst).toBeLessThan(2e-6 * Math.max(1, Math.abs(wanted[0]!)));
    }
  });

  test("stay where they are when they are short or not elementwise", () => {
    expect(splitElementwise(asBound(optimizer()), SIZE + 1).parts).toEqual([]);
    const graph = new Graph();
    const matrix: VariableRef = { ...parameters, name: "matrix", shape: [4, 4] };
    const value = transpose(readVariable(graph, matrix), [1, 0]);
    const program = createProgram({ name: "p", outputs: {}, updates: [{ variable: matrix, value }] });
    expect(splitElementwise(asBound(program), 1).parts).toEqual([]);
  });

  test("stay where they are when other updates change what they read, or pieces would overlap", () => {
    const graph = new Graph();
    const [half, other]: VariableRef[] = [0, 1].map((i) => ({
      ...parameters,
      name: `part${i}`,
      shape: [1000],
      offset: 10 * i,
    }));
    const shifted = add(readVariable(graph, half!), readVariable(graph, other!));
    const overlapping = createProgram({
      name: "p",
      outputs: {},
      updates: [{ variable: { ...averages, shape: [1000] }, value: shifted }],
    });
    expect(splitElementwise(asBound(overlapping), 100).parts).toEqual([]);

    const second = new Graph();
    const long = readVariable(second, { ...parameters, shape: [1000] });
    const short = readVariable(second, { ...gradients, shape: [10] });
    const changed = createProgram({
      name: "p",
      outputs: {},
      updates: [
        { variable: { ...averages, shape: [1000] }, value: mul(long, 2) },
        { variable: { ...parameters, shape: [10] }, value: mul(short, 2) },
      ],
    });
    expect(splitElementwise(asBound(changed), 100).parts).toEqual([]);
  });
});

function chunks(values: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(values.length / 10_000) }, (_, i) =>
    values.slice(i * 10_000, (i + 1) * 10_000),
  );
}

function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
