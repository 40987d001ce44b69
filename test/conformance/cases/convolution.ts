// Convolutions of every kind: stride, padding, dilation, groups, bias, kernel and map sizes, odd channel counts.
import type { Shape } from "../../../src/core/index.ts";
import { type Conv2dParams, conv2d, fixedShape, matmul, type Pair } from "../../../src/graph/index.ts";
import { type ConvolutionOps, conv2dOutputShape } from "../../../src/graph/ops/convolution.ts";
import { type Case, numbers } from "../case.ts";

interface Convolution extends Partial<Conv2dParams> {
  readonly name: string;
  /** [N, C, H, W] */
  readonly input: Shape;
  /** [O, C / groups, kH, kW] */
  readonly weight: Shape;
}

const CONVOLUTIONS: readonly Convolution[] = [
  { name: "3x3", input: [2, 3, 6, 6], weight: [4, 3, 3, 3] },
  { name: "3x3, padded", input: [2, 3, 7, 7], weight: [4, 3, 3, 3], padding: [1, 1] },
  { name: "3x3, 16 to 32 channels", input: [2, 16, 8, 8], weight: [32, 16, 3, 3], padding: [1, 1] },
  { name: "3x3, 64 to 64 channels", input: [2, 64, 14, 14], weight: [64, 64, 3, 3], padding: [1, 1] },
  { name: "3x3, 17 to 5 channels", input: [2, 17, 6, 6], weight: [5, 17, 3, 3], padding: [1, 1] },
  { name: "3x3, one channel to one", input: [1, 1, 5, 5], weight: [1, 1, 3, 3], padding: [1, 1] },
  {
    name: "3x3, stride 2 on an even map",
    input: [2, 4, 8, 8],
    weight: [6, 4, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  {
    name: "3x3, stride 2 on an odd map",
    input: [2, 4, 7, 9],
    weight: [6, 4, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  { name: "3x3, stride 3 that leaves rows over", input: [1, 3, 8, 8], weight: [2, 3, 3, 3], stride: [3, 3] },
  { name: "1x1", input: [2, 6, 5, 5], weight: [8, 6, 1, 1] },
  { name: "1x1, stride 2", input: [2, 16, 8, 8], weight: [32, 16, 1, 1], stride: [2, 2] },
  { name: "1x1, stride 2 on an odd map", input: [2, 5, 7, 7], weight: [3, 5, 1, 1], stride: [2, 2] },
  { name: "1x1, stride larger than the kernel", input: [1, 2, 7, 7], weight: [3, 2, 1, 1], stride: [3, 3] },
  { name: "1x1 on a 1x1 map", input: [3, 8, 1, 1], weight: [4, 8, 1, 1] },
  { name: "3x3, padded, on a 1x1 map", input: [3, 8, 1, 1], weight: [4, 8, 3, 3], padding: [1, 1] },
  { name: "3x3, padded, on a 2x2 map", input: [2, 16, 2, 2], weight: [16, 16, 3, 3], padding: [1, 1] },
  {
    name: "3x3, stride 2, padded, on a 2x2 map: 2x2 taps meet it",
    input: [2, 32, 2, 2],
    weight: [64, 32, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  { name: "3x3, padded, on a map of one row", input: [2, 16, 1, 5], weight: [32, 16, 3, 3], padding: [1, 1] },
  { name: "7x7, padded, on a 2x2 map", input: [2, 3, 2, 2], weight: [16, 3, 7, 7], padding: [3, 3] },
  {
    name: "dilated beyond a 2x2 map",
    input: [2, 16, 2, 2],
    weight: [16, 16, 3, 3],
    padding: [2, 2],
    dilation: [2, 2],
  },
  {
    name: "2 groups, padded, on a 1x1 map",
    input: [2, 32, 1, 1],
    weight: [32, 16, 3, 3],
    padding: [1, 1],
    groups: 2,
  },
  {
    name: "7x7, stride 2, as a ResNet begins",
    input: [2, 3, 17, 17],
    weight: [16, 3, 7, 7],
    stride: [2, 2],
    padding: [3, 3],
  },
  {
    name: "5x3 with unlike stride and padding",
    input: [2, 3, 9, 8],
    weight: [4, 3, 5, 3],
    stride: [2, 1],
    padding: [2, 0],
  },
  { name: "2x2, stride 2", input: [2, 3, 6, 6], weight: [4, 3, 2, 2], stride: [2, 2] },
  { name: "as large as the map", input: [2, 3, 4, 4], weight: [5, 3, 4, 4] },
  { name: "padded by more than half the kernel", input: [1, 2, 5, 5], weight: [3, 2, 3, 3], padding: [2, 2] },
  { name: "dilated", input: [2, 3, 8, 8], weight: [4, 3, 3, 3], padding: [2, 2], dilation: [2, 2] },
  {
    name: "dilated and strided",
    input: [2, 3, 10, 9],
    weight: [4, 3, 3, 3],
    stride: [2, 2],
    padding: [1, 2],
    dilation: [2, 3],
  },
  { name: "2 groups", input: [2, 4, 6, 6], weight: [6, 2, 3, 3], padding: [1, 1], groups: 2 },
  { name: "3 groups, odd channels", input: [2, 9, 6, 6], weight: [15, 3, 3, 3], padding: [1, 1], groups: 3 },
  {
    name: "32 groups of 4, as ResNeXt",
    input: [1, 128, 6, 6],
    weight: [128, 4, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
    groups: 32,
  },
  { name: "depthwise", input: [2, 6, 6, 6], weight: [6, 1, 3, 3], padding: [1, 1], groups: 6 },
  { name: "a batch of 1", input: [1, 8, 6, 6], weight: [8, 8, 3, 3], padding: [1, 1] },
  { name: "a batch of 5", input: [5, 8, 6, 6], weight: [8, 8, 3, 3], padding: [1, 1] },
];

const ONE: Pair = [1, 1];

function paramsOf({ stride = ONE, padding = [0, 0], dilation = ONE, groups = 1 }: Convolution): Conv2dParams {
  return { stride, padding, dilation, groups };
}

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
  matmul: MATRICES.flatMap(
    ([m, k, n]) =>
      [false, true].flatMap((transposeA) =>
        [false, true].map((transposeB) => ({
          name: `${m} x ${k} x ${n}${transposeA ? ", A transposed" : ""}${transposeB ? ", B transposed" : ""}`,
          operands: [numbers(transposeA ? [k, m] : [m, k], "a"), numbers(transposeB ? [n, k] : [k, n], "b")],
          build: (a, b) => matmul(a!, b!, transposeA, transposeB),
          tolerance: "accumulated",
        })),
      ) satisfies Case[],
  ),
};
