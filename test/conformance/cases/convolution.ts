// Convolutions with and without bias, their gradients, and matrix products.
import type { Shape } from "../../../src/core/index.ts";
import { conv2d, fixedShape, matmul } from "../../../src/graph/index.ts";
import { type ConvolutionOps, conv2dOutputShape } from "../../../src/graph/ops/convolution.ts";
import { type Case, numbers } from "../case.ts";
import { CONVOLUTIONS, type Convolution, paramsOf } from "./convolutions.ts";

function outputShapeOf(one: Convolution): Shape {
  return fixedShape(conv2dOutputShape(one.input, one.weight, paramsOf(one)));
}

const forward: readonly Case[] = CONVOLUTIONS.flatMap((one) => {
  const operands = [numbers(one.input, "x"), numbers(one.weight, "weight", -0.5, 0.5)];
  const bias = numbers([one.weight[0]!], "bias");
  return [
    {
      name: one.name,
      operands,
      build: (x, weight) => conv2d(x!, weight!, undefined, paramsOf(one)),
      tolerance: "accumulated",
    },
    {
      name: `${one.name}, with bias`,
      operands: [...operands, bias],
      build: (x, weight, b) => conv2d(x!, weight!, b, paramsOf(one)),
      tolerance: "accumulated",
    },
  ] satisfies Case[];
});

const MATRICES = [
  [3, 4, 5],
  [1, 7, 2],
  [6, 1, 3],
  [2, 300, 1],
  [17, 33, 9],
] as const;

const TRANSPOSITIONS = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

/** Products of matrices behind the axes `lead`, transposed in every way. */
function products(lead: Shape, [m, k, n]: readonly [number, number, number]): readonly Case[] {
  return TRANSPOSITIONS.map(([transposeA, transposeB]) => ({
    name: `${lead.length > 0 ? `[${lead}] times ` : ""}${m} x ${k} x ${n}${transposeA ? ", A transposed" : ""}${transposeB ? ", B transposed" : ""}`,
    operands: [
      numbers([...lead, ...(transposeA ? [k, m] : [m, k])], "a"),
      numbers([...lead, ...(transposeB ? [n, k] : [k, n])], "b"),
    ],
    ...(lead.length > 0 && { batch: [0, 1] }),
    build: (a, b) => matmul(a!, b!, transposeA, transposeB),
    tolerance: "accumulated",
  }));
}

export const convolutionCases: { readonly [N in keyof ConvolutionOps]: readonly Case[] } = {
  conv2d: forward,
  conv2dInputGrad: CONVOLUTIONS.map((one) => ({
    name: one.name,
    operands: [numbers(outputShapeOf(one), "dy"), numbers(one.weight, "weight", -0.5, 0.5)],
    build: (dy, weight) =>
      dy!.node.graph.append("conv2dInputGrad", [dy!, weight!], {
        ...paramsOf(one),
        inputShape: one.input,
      })[0]!,
    tolerance: "accumulated",
  })),
  conv2dWeightGrad: CONVOLUTIONS.map((one) => ({
    name: one.name,
    operands: [numbers(one.input, "x"), numbers(outputShapeOf(one), "dy")],
    build: (x, dy) =>
      x!.node.graph.append("conv2dWeightGrad", [x!, dy!], { ...paramsOf(one), weightShape: one.weight })[0]!,
    tolerance: "accumulated",
  })),
  matmul: [
    ...MATRICES.flatMap((sizes) => products([], sizes)),
    ...products([3], [4, 5, 6]),
    ...products([2, 3], [17, 33, 9]),
    ...products([5, 1], [1, 7, 2]),
    {
      name: "of all matrices with a single one",
      operands: [numbers([2, 3, 4, 5], "a"), numbers([6, 5], "b")],
      batch: [0],
      build: (a, b) => matmul(a!, b!, false, true),
      tolerance: "accumulated",
    },
  ],
};
