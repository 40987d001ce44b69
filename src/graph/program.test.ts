import { describe, expect, test } from "vitest";
import { add, constantLike, conv2d, input, matmul, mul, readVariable, relu, reshape } from "./build.ts";
import { Graph } from "./graph.ts";
import { printProgram } from "./print.ts";
import { countFlops, createProgram, type ProgramParts, variablesRead } from "./program.ts";
import { storageOf, wholeStorage } from "./storage.ts";

const storage = storageOf("parameters", [
  { name: "weight", dtype: "float32", shape: [2, 3] },
  { name: "bias", dtype: "float32", shape: [3] },
]);
const [weight, bias] = [storage.members[0]!, storage.members[1]!];

describe("createProgram", () => {
  test("leaves out what no result needs and keeps the order", () => {
    const graph = new Graph();
    const x = input(graph, "x", "float32", [2]);
    input(graph, "unused", "float32", [2]);
    const y = relu(x);
    mul(y, 3);
    const z = add(y, x);
    const program = createProgram({ name: "p", outputs: { z } });
    expect(program.nodes.map(({ op }) => op)).toEqual(["input", "relu", "add"]);
    expect(program.inputs).toEqual([{ name: "x", dtype: "float32", shape: [2] }]);
  });

  test("keeps what only an update needs", () => {
    const graph = new Graph();
    const value = mul(readVariable(graph, bias), 2);
    const program = createProgram({ name: "p", outputs: {}, updates: [{ variable: bias, value }] });
    expect(program.nodes.map(({ op }) => op)).toEqual(["variable", "constant", "mul"]);
  });

  test("of nothing is empty", () => {
    expect(createProgram({ name: "p", outputs: {} })).toMatchObject({ nodes: [], inputs: [], updates: [] });
  });

  const refusals: readonly {
    name: string;
    code: string;
    message: string;
    build: (graph: Graph) => ProgramParts;
  }[] = [
    {
      name: "two inputs of one name",
      code: "PROGRAM_INPUT",
      message: "two inputs of one name",
      build: (graph) => ({
        name: "p",
        outputs: { y: add(input(graph, "x", "float32", []), input(graph, "x", "float32", [])) },
      }),
    },
    {
      name: "an update of another shape",
      code: "PROGRAM_UPDATE",
      message: "variable bias is given a float32[1, 3], it holds float32[3]",
      build: (graph) => {
        const value = reshape(readVariable(graph, bias), [1, 3]);
        return { name: "p", outputs: {}, updates: [{ variable: bias, value }] };
      },
    },
    {
      name: "a variable that is updated twice",
      code: "PROGRAM_UPDATE",
      message: "variable bias is updated twice",
      build: (graph) => {
        const value = readVariable(graph, bias);
        const update = { variable: bias, value };
        return { name: "p", outputs: {}, updates: [update, update] };
      },
    },
    {
      name: "a member updated beside its whole storage",
      code: "PROGRAM_UPDATE",
      message: "variable bias is updated twice",
      build: (graph) => ({
        name: "p",
        outputs: {},
        updates: [
          { variable: bias, value: readVariable(graph, bias) },
          { variable: wholeStorage(storage), value: readVariable(graph, wholeStorage(storage)) },
        ],
      }),
    },
    {
      name: "results of two graphs",
      code: "FOREIGN_VALUE",
      message: "results of two graphs",
      build: (graph) => ({
        name: "p",
        outputs: { a: input(graph, "a", "float32", []), b: input(new Graph(), "b", "float32", []) },
      }),
    },
  ];

  test.each(refusals)("refuses $name", ({ code, message, build }) => {
    expect(() => createProgram(build(new Graph()))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test("takes updates of neighbours, and of equal places in two storages", () => {
    const graph = new Graph();
    const other = storageOf("moments", [{ name: "m", dtype: "float32", shape: [2, 3] }]);
    const updates = [...storage.members, ...other.members].map((variable) => ({
      variable,
      value: readVariable(graph, variable),
    }));
    expect(createProgram({ name: "p", outputs: {}, updates }).updates).toHaveLength(3);
  });
});

test("variablesRead names each variable once, views apart from the whole", () => {
  const graph = new Graph();
  const [a, again, whole] = [weight, weight, wholeStorage(storage)].map((ref) => readVariable(graph, ref));
  const sum = add(a!, again!);
  const program = createProgram({ name: "p", outputs: { sum, whole: whole! } });
  expect(variablesRead(program).map(({ name }) => name)).toEqual(["weight", "parameters"]);
});

test("countFlops counts a multiply-add as 2, of convolutions and products only", () => {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [2, 4, 8, 8]);
  const y = conv2d(x, input(graph, "w", "float32", [6, 2, 3, 3]), undefined, { groups: 2 });
  const z = matmul(reshape(relu(y), [2, 216]), input(graph, "fc", "float32", [5, 216]), false, true);
  const program = createProgram({ name: "p", outputs: { z } });
  expect(countFlops(program)).toBe(2 * (2 * 6 * 6 * 6) * (2 * 3 * 3) + 2 * 2 * 216 * 5);
});

test("printProgram shows a node a line, with types, parameters and module", () => {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [4, 2]);
  const y = graph.within("fc", () => matmul(x, readVariable(graph, weight)));
  const z = mul(y, constantLike(y, 0.5));
  const program = createProgram({ name: "forward", outputs: { z }, updates: [] });
  expect(printProgram(program).split("\n")).toEqual([
    "program forward",
    '%0: float32[4, 2] = input(name="x", dtype="float32", shape=[4,2])',
    "%1: float32[2, 3] = variable(variable=weight)  # fc",
    "%2: float32[4, 3] = matmul(%0, %1, transposeA=false, transposeB=false)  # fc",
    '%3: float32[] = constant(dtype="float32", tensor=[0.5])',
    "%4: float32[4, 3] = mul(%2, %3)",
    "output z = %4",
  ]);
});
