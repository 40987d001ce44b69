import { expect, test } from "vitest";
import { gradients } from "../../autodiff/index.ts";
import {
  add,
  asBound,
  batchNormTraining,
  conv2d,
  createProgram,
  Graph,
  input,
  mul,
  type Node,
  type Program,
  reduceSum,
  relu,
  sqrt,
  type Value,
} from "../../graph/index.ts";
import { fuse as fuseWith } from "./fusion.ts";
import { nodesOf, type Unit } from "./units.ts";

const ELEMENTWISE = ["add", "mul", "sqrt"];
const fuse = (program: Program): Unit[] => fuseWith(asBound(program), ({ op }) => ELEMENTWISE.includes(op));

function count(units: readonly Unit[], kind: Unit["kind"]): number {
  return units.filter((unit) => unit.kind === kind).length;
}

function image(graph: Graph, name: string): Value {
  return input(graph, name, "float32", [4, 16, 8, 8]);
}

test("batch norm and ReLU are one unit forward and one backward", () => {
  const graph = new Graph();
  const x = image(graph, "x");
  const [weight, scale, shift] = [[16, 16, 3, 3], [16], [16]].map((shape, i) =>
    input(graph, `p${i}`, "float32", shape),
  ) as [Value, Value, Value];
  const y = relu(batchNormTraining(conv2d(x, weight, undefined, { padding: [1, 1] }), scale, shift, 1e-5)[0]);
  const loss = reduceSum(mul(y, y));
  const [dw] = gradients(loss, [weight]);
  const units = fuse(createProgram({ name: "block", outputs: { loss, dw: dw! } }));
  expect(count(units, "batchNormRelu")).toBe(1);
  expect(count(units, "batchNormReluGrad")).toBe(1);
});

test("an optimizer's update is one elementwise unit", () => {
  const graph = new Graph();
  const [p, g, m, v] = ["p", "g", "m", "v"].map((name) => input(graph, name, "float32", [10_000])) as Value[];
  const mean = add(mul(m!, 0.9), mul(g!, 0.1));
  const square = add(mul(v!, 0.999), mul(mul(g!, g!), 0.001));
  const next = add(mul(p!, 0.99), mul(mean, sqrt(square)));
  const units = fuse(createProgram({ name: "step", outputs: { mean, square, next } }));
  expect(count(units, "elementwise")).toBe(1);
});

test("a value that comes back through another op does not close a cycle", () => {
  const graph = new Graph();
  const x = image(graph, "x");
  const weight = input(graph, "w", "float32", [16, 16, 1, 1]);
  const a = add(x, x);
  const convolved = conv2d(a, weight);
  const y = add(mul(a, 2), convolved);
  const units = fuse(createProgram({ name: "residual", outputs: { y } }));
  const position = new Map<Node, number>(
    units.flatMap((unit, i) => nodesOf(unit).map((node) => [node, i] as const)),
  );
  for (const [i, unit] of units.entries()) {
    for (const node of nodesOf(unit)) {
      for (const operand of node.inputs) expect(position.get(operand.node)!).toBeLessThanOrEqual(i);
    }
  }
  expect(position.get(a.node)).toBeLessThan(position.get(convolved.node)!);
  expect(position.get(convolved.node)).toBeLessThan(position.get(y.node)!);
});
