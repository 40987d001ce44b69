import { expect, test } from "vitest";
import { gradients } from "../../autodiff/index.ts";
import {
  add,
  asBound,
  type BoundProgram,
  batchNormTraining,
  conv2d,
  createProgram,
  Graph,
  gelu,
  input,
  layerNorm,
  matmul,
  mul,
  type OpName,
  reduceSum,
  relu,
  silu,
  storageOf,
  type Value,
} from "../../graph/index.ts";
import { forwardNodes } from "./phases.ts";
import { withRecomputation } from "./recomputation.ts";

const ELEMENTWISE: readonly string[] = ["add", "mul", "sub", "sigmoid", "gelu", "geluGrad"];

/** The program that updates variables by the gradients of `loss`, with its values made again where that is done. */
function step(
  loss: Value,
  weights: readonly Value[],
  outputs: Readonly<Record<string, Value>> = {},
): BoundProgram {
  const storage = storageOf(
    "gradients",
    weights.map(({ shape }, i) => ({ name: `d${i}`, dtype: "float32", shape: shape as number[] })),
  );
  const program = createProgram({
    name: "step",
    outputs: { loss, ...outputs },
    updates: gradients(loss, weights).map((value, i) => ({ variable: storage.members[i]!, value })),
  });
  const joins = ({ op, inputs, outputs: [y] }: BoundProgram["nodes"][number]): boolean =>
    ELEMENTWISE.includes(op) &&
    inputs.every(({ shape }) => shape.length === 0 || shape.join() === y!.shape.join());
  return withRecomputation(asBound(program), { joins, normalizes: true }).program;
}

/** What gradients read of the forward pass, but for operands, vectors and the signs of a ReLU's result. */
function kept(program: BoundProgram): OpName[] {
  const forward = forwardNodes(program);
  const backward = program.nodes.filter((node) => !forward.has(node) && node.op !== "greater");
  const read = backward.flatMap(({ inputs }) => inputs);
  const large = read.filter(({ node, shape }) => forward.has(node) && shape.length > 1);
  return [...new Set(large)]
    .map(({ node }) => node.op)
    .filter((op) => op !== "input")
    .sort();
}

const image = (graph: Graph, name: string): Value => input(graph, name, "float32", [4, 16, 64, 64]);

function convolutions(graph: Graph, count: number): Value[] {
  return Array.from({ length: count }, (_, i) => input(graph, `w${i}`, "float32", [16, 16, 3, 3]));
}

function normalized(x: Value, weight: Value): Value {
  const { graph } = x.node;
  const [scale, shift] = ["scale", "shift"].map((name) =>
    input(graph, `${name} of ${weight.id}`, "float32", [16]),
  );
  return batchNormTraining(conv2d(x, weight, undefined, { padding: [1, 1] }), scale!, shift!, 1e-5)[0];
}

test("a batch norm with ReLU in front of a convolution is made again from its operand", () => {
  const graph = new Graph();
  const [w0, w1] = convolutions(graph, 2) as [Value, Value];
  const y = conv2d(relu(normalized(image(graph, "x"), w0)), w1, undefined, { padding: [1, 1] });
  const program = step(reduceSum(mul(y, y)), [w0, w1]);
  expect(kept(program)).toEqual(["conv2d", "conv2d"]);
  expect(program.nodes.filter(({ op }) => op === "batchNormInference")).toHaveLength(1);
});

test("SiLU keeps its operand alone", () => {
  const graph = new Graph();
  const [w0, w1] = convolutions(graph, 2) as [Value, Value];
  const y = conv2d(silu(normalized(image(graph, "x"), w0)), w1, undefined, { padding: [1, 1] });
  const program = step(reduceSum(mul(y, y)), [w0, w1]);
  expect(kept(program)).toEqual(["batchNormTraining", "conv2d", "conv2d"]);
  expect(program.nodes.filter(({ op }) => op === "sigmoid")).toHaveLength(2);
});

test("a sum of two values is kept, and so is a result", () => {
  const graph = new Graph();
  const [w0, w1, w2] = convolutions(graph, 3) as [Value, Value, Value];
  const x = image(graph, "x");
  const sum = add(normalized(x, w0), normalized(x, w1));
  const z = silu(sum);
  const y = conv2d(z, w2, undefined, { padding: [1, 1] });
  const loss = reduceSum(mul(y, y));
  expect(kept(step(loss, [w0, w1, w2]))).toEqual(["add", "conv2d", "conv2d", "conv2d"]);
  expect(kept(step(loss, [w0, w1, w2], { z }))).toEqual(["add", "conv2d", "conv2d", "conv2d", "mul"]);
});

test("layer norm and GELU are made again, each from what its gradient reads", () => {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [1024, 64]);
  const [scale, shift] = ["scale", "shift"].map((name) => input(graph, name, "float32", [64])) as [
    Value,
    Value,
  ];
  const [w0, w1] = ["w0", "w1"].map((name) => input(graph, name, "float32", [64, 64])) as [Value, Value];
  const hidden = matmul(layerNorm(x, scale, shift, 1e-5), w0);
  const y = matmul(gelu(hidden), w1);
  expect(kept(step(reduceSum(mul(y, y)), [w0, w1, scale, x]))).toEqual(["matmul", "matmul"]);
});

test("small values are kept", () => {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [8, 64]);
  const [w0, w1] = ["w0", "w1"].map((name) => input(graph, name, "float32", [64, 64])) as [Value, Value];
  const y = matmul(silu(matmul(x, w0)), w1);
  expect(kept(step(reduceSum(mul(y, y)), [w0, w1]))).toContain("mul");
});
