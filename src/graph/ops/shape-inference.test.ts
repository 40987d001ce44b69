import { expect, test } from "vitest";
import type { DType, Shape } from "../../core/index.ts";
import {
  add,
  argMax,
  avgPool2d,
  batchNormInference,
  batchNormTraining,
  bernoulli,
  broadcastTo,
  cast,
  clip,
  concat,
  conv2d,
  equal,
  exp,
  flatten,
  gelu,
  globalAvgPool2d,
  input,
  layerNorm,
  logSoftmax,
  matmul,
  maxPool2d,
  oneHot,
  pad,
  reduceMax,
  reduceSum,
  reshape,
  roll,
  select,
  slice,
  softmax,
  sumTo,
  transpose,
} from "../build.ts";
import { Graph, type Value } from "../graph.ts";
import { adaptiveAvgPool2d } from "../resample.ts";

type Type = Shape | { readonly dtype: DType; readonly shape: Shape };

function values(types: readonly Type[]): Value[] {
  const graph = new Graph();
  return types.map((type, i) => {
    const { dtype, shape } = "dtype" in type ? type : { dtype: "float32" as const, shape: type };
    return input(graph, `x${i}`, dtype, shape);
  });
}

function int(dtype: "int32" | "int64" | "bool", shape: Shape): Type {
  return { dtype, shape };
}

interface Accepted {
  readonly name: string;
  readonly operands: readonly Type[];
  readonly build: (...operands: Value[]) => Value;
  readonly shape: Shape;
  readonly dtype?: DType;
}

const ACCEPTED: readonly Accepted[] = [
  {
    name: "broadcast sum",
    operands: [
      [2, 1, 4],
      [3, 1],
    ],
    build: (a, b) => add(a!, b!),
    shape: [2, 3, 4],
  },
  {
    name: "comparison",
    operands: [[2, 3], [3]],
    build: (a, b) => equal(a!, b!),
    shape: [2, 3],
    dtype: "bool",
  },
  {
    name: "selection",
    operands: [int("bool", [2, 1]), [3], []],
    build: (c, a, b) => select(c!, a!, b!),
    shape: [2, 3],
  },
  { name: "cast", operands: [[2]], build: (x) => cast(x!, "int32"), shape: [2], dtype: "int32" },
  { name: "one-hot", operands: [int("int64", [2, 3])], build: (x) => oneHot(x!, 5), shape: [2, 3, 5] },
  {
    name: "sum over axes",
    operands: [[2, 3, 4]],
    build: (x) => reduceSum(x!, { axes: [0, -1] }),
    shape: [3],
  },
  {
    name: "maximum, axes kept",
    operands: [[2, 3, 4]],
    build: (x) => reduceMax(x!, { axes: [1], keepDims: true }),
    shape: [2, 1, 4],
  },
  { name: "sum of everything", operands: [[2, 3]], build: (x) => reduceSum(x!), shape: [] },
  { name: "argMax", operands: [[2, 3]], build: (x) => argMax(x!), shape: [2], dtype: "int32" },
  {
    name: "reshape with an open size",
    operands: [[2, 3, 4]],
    build: (x) => reshape(x!, [4, -1]),
    shape: [4, 6],
  },
  { name: "flatten", operands: [[2, 3, 4, 5]], build: (x) => flatten(x!), shape: [2, 60] },
  { name: "transpose", operands: [[2, 3, 4]], build: (x) => transpose(x!, [2, 0, 1]), shape: [4, 2, 3] },
  { name: "broadcastTo", operands: [[3, 1]], build: (x) => broadcastTo(x!, [2, 3, 4]), shape: [2, 3, 4] },
  { name: "sumTo", operands: [[2, 3, 4]], build: (x) => sumTo(x!, [3, 1]), shape: [3, 1] },
  { name: "slice", operands: [[5, 6]], build: (x) => slice(x!, [1, 0], [3, 6]), shape: [2, 6] },
  {
    name: "concat",
    operands: [
      [2, 3],
      [2, 4],
    ],
    build: (a, b) => concat([a!, b!], 1),
    shape: [2, 7],
  },
  { name: "pad", operands: [[2, 3]], build: (x) => pad(x!, [1, 0], [0, 2]), shape: [3, 5] },
  {
    name: "strided, padded convolution",
    operands: [
      [2, 3, 224, 224],
      [64, 3, 7, 7],
    ],
    build: (x, w) => conv2d(x!, w!, undefined, { stride: [2, 2], padding: [3, 3] }),
    shape: [2, 64, 112, 112],
  },
  {
    name: "dilated convolution in groups with bias",
    operands: [[1, 4, 9, 10], [6, 2, 3, 3], [6]],
    build: (x, w, b) => conv2d(x!, w!, b!, { dilation: [2, 3], groups: 2 }),
    shape: [1, 6, 5, 4],
  },
  {
    name: "product, B transposed",
    operands: [
      [2, 3],
      [5, 3],
    ],
    build: (a, b) => matmul(a!, b!, false, true),
    shape: [2, 5],
  },
  {
    name: "product, A transposed",
    operands: [
      [3, 2],
      [3, 5],
    ],
    build: (a, b) => matmul(a!, b!, true),
    shape: [2, 5],
  },
  {
    name: "products behind leading axes, both transposed",
    operands: [
      [2, 3, 7, 4],
      [2, 3, 5, 7],
    ],
    build: (a, b) => matmul(a!, b!, true, true),
    shape: [2, 3, 4, 5],
  },
  {
    name: "products of many matrices with one",
    operands: [
      [2, 3, 4, 7],
      [5, 7],
    ],
    build: (a, b) => matmul(a!, b!, false, true),
    shape: [2, 3, 4, 5],
  },
  { name: "GELU", operands: [[2, 3]], build: (x) => gelu(x!), shape: [2, 3] },
  { name: "clip", operands: [[2, 3]], build: (x) => clip(x!, 0, 6), shape: [2, 3] },
  { name: "softmax", operands: [[2, 3, 4]], build: (x) => softmax(x!), shape: [2, 3, 4] },
  {
    name: "layer norm",
    operands: [[2, 3, 4], [4], [4]],
    build: (x, w, b) => layerNorm(x!, w!, b!, 1e-6),
    shape: [2, 3, 4],
  },
  { name: "roll", operands: [[2, 3, 4]], build: (x) => roll(x!, 2, 1), shape: [2, 3, 4] },
  {
    name: "ones and zeros",
    operands: [int("int32", [4])],
    build: (key) => bernoulli(key!, [2, 3], 0.5, 0),
    shape: [2, 3],
  },
  {
    name: "adaptive pooling",
    operands: [[2, 8, 7, 5]],
    build: (x) => adaptiveAvgPool2d(x!, [3, 6]),
    shape: [2, 8, 3, 6],
  },
  {
    name: "padded maximum pooling",
    operands: [[2, 64, 112, 112]],
    build: (x) => maxPool2d(x!, { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }),
    shape: [2, 64, 56, 56],
  },
  {
    name: "pooling, stride as the window",
    operands: [[1, 1, 7, 5]],
    build: (x) => avgPool2d(x!, { kernel: [2, 2] }),
    shape: [1, 1, 3, 2],
  },
  {
    name: "global average pooling",
    operands: [[2, 8, 7, 5]],
    build: (x) => globalAvgPool2d(x!),
    shape: [2, 8, 1, 1],
  },
];

test.each(ACCEPTED)("$name", ({ operands, build, shape, dtype = "float32" }) => {
  expect(build(...values(operands))).toMatchObject({ shape, dtype });
});

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
