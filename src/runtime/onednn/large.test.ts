// Tensors large enough for the library's primitives, which the small cases of the conformance suite do not reach.
import { describe, expect, test } from "vitest";
import { type Case, numbers, outputsOf, positive } from "../../../test/conformance/case.ts";
import { difference } from "../../../test/conformance/closeness.ts";
import { gradients } from "../../autodiff/index.ts";
import { hostTensor } from "../../core/index.ts";
import {
  add,
  bernoulli,
  clip,
  conv2d,
  createProgram,
  erf,
  Graph,
  gelu,
  hardSwish,
  input,
  layerNorm,
  matmul,
  mul,
  type Program,
  reduceSum,
  relu6,
  sigmoid,
  silu,
  softmax,
  sub,
  transpose,
  type Value,
} from "../../graph/index.ts";
import type { Runtime } from "../contract.ts";
import { referenceRuntime } from "../reference/index.ts";
import { onednnRuntime } from "./index.ts";

const { available, detail } = await onednnRuntime.probe();
if (!available) console.log(`runtime onednn is skipped: ${detail}`);

/** The results and the gradients of the first of them by all float operands. */
function withGradients(build: (...operands: readonly Value[]) => readonly Value[]): Case["build"] {
  return (...operands) => {
    const results = build(...operands);
    const floats = operands.filter(({ dtype }) => dtype === "float32");
    const weights = input(operands[0]!.node.graph, "weights", "float32", results[0]!.shape);
    const loss = reduceSum(mul(results[0]!, weights));
    const byOperand = gradients(loss, floats);
    return Object.fromEntries([...results, ...byOperand].map((value, i) => [`${i}`, value!]));
  };
}

const CASES: readonly Case[] = [
  ...Object.entries({ gelu, relu6, silu, hardSwish, erf }).map(([name, f]) => ({
    name,
    operands: [numbers([4, 37, 200], "x", -8, 8)],
    build: withGradients((x) => [f(x!)]),
  })),
  {
    name: "a function that recurs with other parameters",
    operands: [numbers([8192], "x")],
    build: withGradients((x) => [add(mul(sigmoid(add(mul(mul(x!, x!), -0.5), 1)), 1.5), -2)]),
  },
  {
    name: "clip of an image",
    operands: [numbers([2, 16, 30, 31])],
    build: withGradients((x) => [clip(x!, -0.5, 1.5)]),
  },
  {
    name: "softmax of rank 4",
    operands: [numbers([2, 3, 49, 65])],
    build: withGradients((x) => [softmax(x!)]),
    tolerance: "accumulated",
  },
  {
    name: "layer norm of rank 3",
    operands: [numbers([3, 49, 200]), positive([200], "w"), numbers([200], "b")],
    build: withGradients((x, w, b) => [layerNorm(x!, w!, b!, 1e-6)]),
    tolerance: "composed",
  },
  ...[
    [[2, 3, 49, 32], [2, 3, 32, 49], false, false],
    [[2, 3, 49, 32], [2, 3, 49, 32], false, true],
    [[2, 3, 32, 49], [2, 3, 32, 20], true, false],
    [[6, 32, 49], [6, 20, 32], true, true],
    [[2, 49, 32], [32, 20], false, false],
  ].map(([a, b, transposeA, transposeB]) => ({
    name: `products of [${a}] and [${b}]`,
    operands: [numbers(a as number[], "a"), numbers(b as number[], "b")],
    build: withGradients((x, y) => [matmul(x!, y!, transposeA as boolean, transposeB as boolean)]),
    tolerance: "accumulated" as const,
  })),
  ...[[0], [1], [0, 1], [2], [0, 2], [1, 2]].map((axes) => ({
    name: `sum of tokens over [${axes}]`,
    operands: [numbers([7, 300, 33])],
    build: withGradients((x) => [reduceSum(x!, { axes })]),
  })),
  ...[[2, 3], [0, 2, 3], [1], [0]].map((axes) => ({
    name: `sum of an image in blocks over [${axes}]`,
    operands: [numbers([4, 32, 12, 13]), numbers([32, 32, 1, 1], "w")],
    build: (...[x, w]: readonly Value[]) => reduceSum(conv2d(x!, w!), { axes }),
  })),
  ...[[32, 1, 1], [4, 32, 1, 1], [4, 1, 1, 1], [12, 13], [13], [32, 12, 13], [4, 1, 12, 1]].map((shape) => ({
    name: `an image in blocks and [${shape}]`,
    operands: [numbers([4, 32, 12, 13]), numbers([32, 32, 1, 1], "w"), numbers(shape, "b")],
    build: (...[x, w, b]: readonly Value[]) => {
      const image = conv2d(x!, w!);
      return { product: mul(image, b!), difference: sub(image, b!), other: sub(b!, image) };
    },
  })),
  ...[[33], [7, 1, 1], [30, 1], [7, 1, 33], [30, 33]].map((shape) => ({
    name: `tokens, their transposition and [${shape}]`,
    operands: [numbers([7, 30, 33]), numbers([33, 30, 7], "t"), numbers(shape, "b")],
    build: withGradients((x, t, b) => [mul(x!, b!), add(transpose(t!, [2, 1, 0]), b!)]),
  })),
  ...[
    [[2, 32, 12, 12], 7, 1, 3],
    [[2, 24, 13, 12], 5, 2, 2],
    [[2, 24, 3, 3], 5, 1, 2],
    [[2, 20, 9, 11], 4, 1, 0],
  ].map(([shape, kernel, stride, padding]) => {
    const [x, channels] = [shape as number[], (shape as number[])[1]!];
    return {
      name: `depthwise ${kernel}x${kernel} convolution of [${x}]`,
      operands: [numbers(x), numbers([channels, 1, kernel as number, kernel as number], "w")],
      build: withGradients((image, w) => [
        conv2d(image!, w!, undefined, {
          groups: channels,
          stride: [stride as number, stride as number],
          padding: [padding as number, padding as number],
        }),
      ]),
    };
  }),
  {
    name: "ones and zeros",
    operands: [hostTensor("int32", [4], Int32Array.of(1, -2, 3, 4))],
    build: (key) => bernoulli(key!, [33, 17], 0.3, 5),
  },
];

function programOf(one: Case): Program {
  const graph = new Graph();
  const operands = one.operands.map(({ dtype, shape }, i) => input(graph, `x${i}`, dtype, shape));
  return createProgram({ name: one.name, outputs: outputsOf(one, operands) });
}

async function resultsOn(runtime: Runtime, program: Program, one: Case) {
  const session = await runtime.open({ storages: [] });
  const executable = await session.compile(program);
  const inputs = program.inputs.map(({ name, shape }) => [
    name,
    name === "weights" ? numbers(shape as number[], "weights") : one.operands[Number(name.slice(1))]!,
  ]);
  const outputs = await executable.run(Object.fromEntries(inputs));
  await session.dispose();
  return outputs;
}

describe.skipIf(!available)("large tensors", () => {
  test.each(CASES)("$name", async (one) => {
    const program = programOf(one);
    const [actual, expected] = await Promise.all(
      [onednnRuntime, referenceRuntime].map((runtime) => resultsOn(runtime, program, one)),
    );
    for (const [name, value] of Object.entries(program.outputs)) {
      const tolerance = one.tolerance ?? "accumulated";
      expect(difference(actual![name], expected![name]!, value, tolerance), name).toBeUndefined();
    }
  });
});
