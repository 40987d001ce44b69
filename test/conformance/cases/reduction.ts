// Reductions over every choice of axes.
import { float32, type Shape } from "../../../src/core/index.ts";
import {
  allReduceSum,
  argMax,
  logSoftmax,
  reduceMax,
  reduceMean,
  reduceSum,
  softmax,
  type Value,
} from "../../../src/graph/index.ts";
import type { ReductionOps } from "../../../src/graph/ops/reduction.ts";
import { type Case, numbers, positive, type Tolerance, tied } from "../case.ts";

type Reduce = (x: Value, options: { axes?: readonly number[]; keepDims?: boolean }) => Value;

/** The subsets of the axes of rank 3, and some of ranks 0, 1, 2 and 4. */
const CHOICES = [
  ...[[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map((axes) => ({ shape: [3, 4, 5], axes })),
  { shape: [7], axes: [0] },
  { shape: [1], axes: [0] },
  { shape: [6, 5], axes: [1] },
  { shape: [2, 1, 3], axes: [1] },
  { shape: [2, 3, 4, 5], axes: [0, 2, 3] },
  { shape: [2, 3, 4, 5], axes: [1] },
  { shape: [2, 3, 4, 5], axes: [2, 3] },
  { shape: [1001], axes: [0] },
] as const;

function overAxes(reduce: Reduce, tolerance: Tolerance): readonly Case[] {
  return CHOICES.flatMap(({ shape, axes }) =>
    [false, true].map((keepDims) => ({
      name: `of [${shape}] over [${axes}]${keepDims ? ", kept" : ""}`,
      operands: [numbers(shape)],
      build: (x: Value) => reduce(x, { axes, keepDims }),
      tolerance,
    })),
  );
}

/** Of rows, vectors and higher ranks, of one and many classes, and of numbers whose exponentials overflow. */
function overRows(op: (x: Value) => Value): readonly Case[] {
  return [
    {
      name: "of rows",
      operands: [numbers([5, 7])],
      batch: [0],
      build: (x) => op(x!),
      tolerance: "accumulated",
    },
    { name: "of a vector", operands: [numbers([9])], build: (x) => op(x!), tolerance: "accumulated" },
    { name: "of rank 4", operands: [numbers([2, 3, 4, 17])], build: (x) => op(x!), tolerance: "accumulated" },
    { name: "of one class", operands: [numbers([4, 1])], build: (x) => op(x!) },
    {
      name: "of 1000 classes",
      operands: [numbers([2, 1000])],
      build: (x) => op(x!),
      tolerance: "accumulated",
    },
    {
      name: "of huge logits",
      operands: [float32([2, 3], [1e4, -1e4, 0, 3e4, 3e4, -3e4])],
      build: (x) => op(x!),
      tolerance: "accumulated",
      differentiated: [],
    },
  ];
}

function softmaxGradient(shape: Shape, name: string): Case {
  return {
    name,
    operands: [numbers(shape, "dy"), numbers(shape, "y", 0, 1)],
    build: (dy, y) => y!.node.graph.append("softmaxGrad", [dy!, y!], {})[0]!,
    tolerance: "accumulated",
  };
}

export const reductionCases: { readonly [N in keyof ReductionOps]: readonly Case[] } = {
  reduceSum: [
    ...overAxes(reduceSum, "accumulated"),
    {
      name: "of everything",
      operands: [numbers([3, 4])],
      build: (x) => reduceSum(x!),
      tolerance: "accumulated",
    },
    {
      name: "of a million positive numbers",
      operands: [positive([1_000_003])],
      build: (x) => reduceSum(x!),
      tolerance: "accumulated",
    },
    {
      name: "as a mean over the last axis",
      operands: [numbers([3, 4])],
      build: (x) => reduceMean(x!, { axes: [-1] }),
      tolerance: "accumulated",
    },
  ],
  reduceMax: [
    ...overAxes(reduceMax, "elementwise"),
    {
      name: "of tied elements",
      operands: [tied([4, 9])],
      build: (x) => reduceMax(x!, { axes: [1] }),
      differentiated: [],
    },
    {
      name: "of negative infinities",
      operands: [
        float32([2, 2], [-1, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]),
      ],
      build: (x) => reduceMax(x!, { axes: [1] }),
      differentiated: [],
    },
  ],
  argMax: [
    { name: "of rows", operands: [numbers([5, 7])], build: (x) => argMax(x!) },
    { name: "of a vector", operands: [numbers([7])], build: (x) => argMax(x!) },
    { name: "of rank 3", operands: [numbers([2, 3, 4])], build: (x) => argMax(x!) },
    { name: "of one column", operands: [numbers([4, 1])], build: (x) => argMax(x!) },
    { name: "takes the first of tied elements", operands: [tied([6, 9])], build: (x) => argMax(x!) },
  ],
  logSoftmax: overRows(logSoftmax),
  softmax: overRows(softmax),
  allReduceSum: [
    { name: "of one process", operands: [numbers([3, 4])], build: (x) => allReduceSum(x!) },
    { name: "of a scalar", operands: [numbers([])], build: (x) => allReduceSum(x!) },
  ],
  softmaxGrad: [
    softmaxGradient([5, 7], "of rows"),
    softmaxGradient([9], "of a vector"),
    softmaxGradient([2, 3, 4, 17], "of rank 4"),
    softmaxGradient([4, 1], "of one class"),
    softmaxGradient([2, 1000], "of 1000 classes"),
  ],
};
