import { expect, test } from "vitest";
import { int, type Type, values } from "../../../test/support/symbolic.ts";
import type { DType, Shape } from "../../core/index.ts";
import {
  add,
  argMax,
  bernoulli,
  broadcastTo,
  cast,
  clip,
  concat,
  conv2d,
  equal,
  flatten,
  gelu,
  layerNorm,
  matmul,
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
import type { Value } from "../graph.ts";
import { avgPool2d, globalAvgPool2d, maxPool2d } from "../pooling.ts";
import { adaptiveAvgPool2d } from "../resample.ts";

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
