import { expect, test } from "vitest";
import { int, type Type, values } from "../../../test/support/symbolic.ts";
import {
  add,
  argMax,
  batchNormInference,
  batchNormTraining,
  bernoulli,
  broadcastTo,
  clip,
  concat,
  conv2d,
  exp,
  layerNorm,
  logSoftmax,
  matmul,
  oneHot,
  pad,
  reduceSum,
  reshape,
  select,
  slice,
  transpose,
} from "../build.ts";
import type { Value } from "../graph.ts";
import { avgPool2d, maxPool2d } from "../pooling.ts";

interface Refused {
  readonly name: string;
  readonly operands: readonly Type[];
  readonly build: (...operands: Value[]) => unknown;
  readonly message: string;
}

const REFUSED: readonly Refused[] = [
  {
    name: "shapes that do not broadcast",
    operands: [[2, 3], [2]],
    build: (a, b) => add(a!, b!),
    message: "do not broadcast",
  },
  {
    name: "operands of two dtypes",
    operands: [[2], int("int32", [2])],
    build: (a, b) => add(a!, b!),
    message: "differ in dtype",
  },
  {
    name: "an exponential of integers",
    operands: [int("int32", [2])],
    build: (x) => exp(x!),
    message: "floating point",
  },
  {
    name: "a condition that is no bool",
    operands: [[2], [2], [2]],
    build: (c, a, b) => select(c!, a!, b!),
    message: "must be bool",
  },
  {
    name: "branches of two dtypes",
    operands: [int("bool", [2]), [2], int("int64", [2])],
    build: (c, a, b) => select(c!, a!, b!),
    message: "branches differ",
  },
  {
    name: "labels that are no integers",
    operands: [[2]],
    build: (x) => oneHot(x!, 3),
    message: "labels must be integers",
  },
  {
    name: "an axis out of range",
    operands: [[2, 3]],
    build: (x) => reduceSum(x!, { axes: [2] }),
    message: "axis 2 is out of range",
  },
  {
    name: "softmax of a scalar",
    operands: [[]],
    build: (x) => logSoftmax(x!),
    message: "non-empty last axis",
  },
  {
    name: "argMax of no elements",
    operands: [[2, 0]],
    build: (x) => argMax(x!),
    message: "non-empty last axis",
  },
  {
    name: "a reshape to another size",
    operands: [[2, 3]],
    build: (x) => reshape(x!, [4]),
    message: "cannot be reshaped to [4]",
  },
  {
    name: "an open size that is no integer",
    operands: [[6]],
    build: (x) => reshape(x!, [4, -1]),
    message: "cannot be reshaped",
  },
  {
    name: "a permutation that repeats an axis",
    operands: [[2, 3]],
    build: (x) => transpose(x!, [0, 0]),
    message: "not a permutation",
  },
  {
    name: "a broadcast that shrinks",
    operands: [[2, 3]],
    build: (x) => broadcastTo(x!, [3]),
    message: "cannot be broadcast",
  },
  {
    name: "a slice out of bounds",
    operands: [[4]],
    build: (x) => slice(x!, [1], [5]),
    message: "1..5 of axis 0 is out of bounds",
  },
  {
    name: "a slice of too few axes",
    operands: [[4, 4]],
    build: (x) => slice(x!, [1], [2]),
    message: "a range for every axis",
  },
  {
    name: "parts that differ beside the axis",
    operands: [
      [2, 3],
      [3, 3],
    ],
    build: (a, b) => concat([a!, b!], 1),
    message: "differ beside axis 1",
  },
  {
    name: "parts of two ranks",
    operands: [[2, 3], [2]],
    build: (a, b) => concat([a!, b!], 0),
    message: "differ beside axis 0",
  },
  {
    name: "negative padding",
    operands: [[2]],
    build: (x) => pad(x!, [-1], [0]),
    message: "must not be negative",
  },
  {
    name: "a convolution of a matrix",
    operands: [
      [2, 3],
      [4, 3, 3, 3],
    ],
    build: (x, w) => conv2d(x!, w!),
    message: "[N, C, H, W]",
  },
  {
    name: "a map smaller than the kernel",
    operands: [
      [1, 3, 2, 8],
      [4, 3, 3, 3],
    ],
    build: (x, w) => conv2d(x!, w!),
    message: "the 2x8 input is smaller than the kernel 3x3",
  },
  {
    name: "output channels that do not divide into groups",
    operands: [
      [1, 4, 8, 8],
      [5, 2, 3, 3],
    ],
    build: (x, w) => conv2d(x!, w!, undefined, { groups: 2 }),
    message: "5 output channels do not divide into 2 groups",
  },
  {
    name: "a bias of another length",
    operands: [[1, 3, 8, 8], [4, 3, 3, 3], [3]],
    build: (x, w, b) => conv2d(x!, w!, b!),
    message: "the bias must be [4]",
  },
  {
    name: "a stride of 0",
    operands: [
      [1, 3, 8, 8],
      [4, 3, 3, 3],
    ],
    build: (x, w) => conv2d(x!, w!, undefined, { stride: [0, 1] }),
    message: "stride [0, 1] must be",
  },
  {
    name: "a weight of another dtype",
    operands: [[1, 3, 8, 8], int("int32", [4, 3, 3, 3])],
    build: (x, w) => conv2d(x!, w!),
    message: "differ in dtype",
  },
  {
    name: "matrices that do not fit",
    operands: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => matmul(a!, b!),
    message: "inner dimensions 3 and 2 differ",
  },
  {
    name: "a product of vectors",
    operands: [[3], [3]],
    build: (a, b) => matmul(a!, b!),
    message: "two matrices",
  },
  {
    name: "products whose leading axes differ",
    operands: [
      [2, 3, 4],
      [3, 4, 5],
    ],
    build: (a, b) => matmul(a!, b!),
    message: "leading axes differ",
  },
  {
    name: "a range whose ends are swapped",
    operands: [[2]],
    build: (x) => clip(x!, 1, 0),
    message: "low 1 is above high 0",
  },
  {
    name: "a layer norm with weights of another size",
    operands: [[2, 3], [2], [3]],
    build: (x, w, b) => layerNorm(x!, w!, b!, 1e-5),
    message: "weight and bias must be [3]",
  },
  {
    name: "a key that is too short",
    operands: [int("int32", [2])],
    build: (key) => bernoulli(key!, [3], 0.5, 0),
    message: "the key must be int32 [4], not int32 [2]",
  },
  {
    name: "a probability above 1",
    operands: [int("int32", [4])],
    build: (key) => bernoulli(key!, [3], 1.5, 0),
    message: "the probability 1.5",
  },
  {
    name: "a place below 0",
    operands: [int("int32", [4])],
    build: (key) => bernoulli(key!, [3], 0.5, -1),
    message: "the place -1",
  },
  {
    name: "one value per channel in a training batch norm",
    operands: [[1, 4, 1, 1], [4], [4]],
    build: (x, w, b) => batchNormTraining(x!, w!, b!, 1e-5),
    message: "more than 1 value per channel",
  },
  {
    name: "statistics of another number of channels",
    operands: [[2, 4, 3, 3], [4], [4], [3], [4]],
    build: (x, w, b, m, v) => batchNormInference(x!, w!, b!, m!, v!, 1e-5),
    message: "must be [4]",
  },
  {
    name: "pooling padded by more than half the window",
    operands: [[1, 1, 8, 8]],
    build: (x) => maxPool2d(x!, { kernel: [2, 2], padding: [2, 2] }),
    message: "exceeds half the kernel",
  },
  {
    name: "a window that is no integer",
    operands: [[1, 1, 8, 8]],
    build: (x) => maxPool2d(x!, { kernel: [1.5, 2] }),
    message: "kernel [1.5, 2] must be",
  },
  {
    name: "a window larger than the map",
    operands: [[1, 1, 2, 2]],
    build: (x) => avgPool2d(x!, { kernel: [3, 3] }),
    message: "smaller than the kernel",
  },
];

test.each(REFUSED)("refuses $name", ({ operands, build, message }) => {
  const inputs = values(operands);
  const graph = inputs[0]!.node.graph;
  expect(() => graph.within("layer4.1.block", () => build(...inputs))).toThrow(
    expect.objectContaining({
      code: "SHAPE_MISMATCH",
      where: "layer4.1.block",
      message: expect.stringContaining(message),
    }),
  );
});
