// Pooling: overlapping, padded, unlike windows; maps that windows do not fill; tied maxima.
import type { Shape } from "../../../src/core/index.ts";
import {
  avgPool2d,
  globalAvgPool2d,
  maxPool2d,
  type Pool2dParams,
  type Value,
} from "../../../src/graph/index.ts";
import type { PoolingOps } from "../../../src/graph/ops/pooling.ts";
import { type Case, numbers, tied } from "../case.ts";

interface Pooling extends Pool2dParams {
  readonly name: string;
  readonly input: Shape;
}

const POOLINGS: readonly Pooling[] = [
  { name: "2x2", input: [2, 3, 6, 6], kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
  { name: "2x2 that leaves rows over", input: [2, 3, 7, 5], kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
  {
    name: "3x3, stride 2, padded, as a ResNet begins",
    input: [2, 5, 8, 8],
    kernel: [3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  {
    name: "3x3, stride 2, padded, odd map",
    input: [2, 16, 7, 9],
    kernel: [3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  {
    name: "3x3, stride 1, overlapping",
    input: [1, 2, 5, 5],
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
  },
  {
    name: "3x2 with unlike stride and padding",
    input: [2, 3, 6, 7],
    kernel: [3, 2],
    stride: [1, 2],
    padding: [1, 0],
  },
  {
    name: "stride larger than the window",
    input: [1, 2, 7, 7],
    kernel: [2, 2],
    stride: [3, 3],
    padding: [0, 0],
  },
  { name: "as large as the map", input: [3, 4, 4, 5], kernel: [4, 5], stride: [4, 5], padding: [0, 0] },
  { name: "2x2, padded by half", input: [1, 2, 4, 4], kernel: [2, 2], stride: [2, 2], padding: [1, 1] },
];

function outputOf(one: Pooling): Shape {
  const [n, c, h, w] = one.input as [number, number, number, number];
  const count = (size: number, axis: 0 | 1): number =>
    Math.floor((size + 2 * one.padding[axis] - one.kernel[axis]) / one.stride[axis]) + 1;
  return [n, c, count(h, 0), count(w, 1)];
}

function maxPoolGradient(dy: Value, x: Value, { kernel, stride, padding }: Pool2dParams): Value {
  const params = { kernel, stride, padding };
  return x.node.graph.append("maxPool2dGrad", [dy, x, maxPool2d(x, params)], params)[0]!;
}

export const poolingCases: { readonly [N in keyof PoolingOps]: readonly Case[] } = {
  maxPool2d: POOLINGS.flatMap((one): Case[] => [
    { name: one.name, operands: [numbers(one.input)], build: (x) => maxPool2d(x!, one) },
    {
      name: `${one.name}, of negative numbers`,
      operands: [numbers(one.input, "negative", -2, -1)],
      build: (x) => maxPool2d(x!, one),
    },
  ]),
  maxPool2dGrad: POOLINGS.flatMap((one): Case[] => [
    {
      name: one.name,
      operands: [numbers(outputOf(one), "dy"), numbers(one.input, "x")],
      build: (dy, x) => maxPoolGradient(dy!, x!, one),
    },
    {
      name: `${one.name}, tied maxima`,
      operands: [numbers(outputOf(one), "dy"), tied(one.input)],
      build: (dy, x) => maxPoolGradient(dy!, x!, one),
    },
  ]),
  avgPool2d: [
    ...POOLINGS.map(
      (one): Case => ({
        name: one.name,
        operands: [numbers(one.input)],
        build: (x) => avgPool2d(x!, one),
        tolerance: "accumulated",
      }),
    ),
    {
      name: "global",
      operands: [numbers([2, 5, 7, 7])],
      build: (x) => globalAvgPool2d(x!),
      tolerance: "accumulated",
    },
  ],
  avgPool2dGrad: POOLINGS.map((one) => ({
    name: one.name,
    operands: [numbers(outputOf(one), "dy")],
    build: (dy) => {
      const { kernel, stride, padding, input } = one;
      return dy!.node.graph.append("avgPool2dGrad", [dy!], {
        kernel,
        stride,
        padding,
        inputShape: input,
      })[0]!;
    },
    tolerance: "accumulated",
  })),
};
