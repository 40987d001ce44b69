// Elementwise ops: value ranges, special values, broadcasting, dtypes.
import { type DType, float32, type HostTensor, hostTensor } from "../../../src/core/index.ts";
import {
  abs,
  add,
  cast,
  clip,
  div,
  equal,
  erf,
  exp,
  gelu,
  greater,
  greaterEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  oneHot,
  pow,
  reciprocal,
  relu,
  select,
  sigmoid,
  sign,
  softplus,
  sqrt,
  sub,
  tanh,
  type Value,
} from "../../../src/graph/index.ts";
import type { ElementwiseOps } from "../../../src/graph/ops/elementwise.ts";
import { bool, type Case, int32, int64, labels, numbers, positive, tied } from "../case.ts";

const INFINITY = Number.POSITIVE_INFINITY;

function vector(...values: readonly number[]): HostTensor<"float32"> {
  return float32([values.length], values);
}

/** A unary op at ordinary numbers of several sizes, and at `special` ones, where no gradient is checked. */
function unary(
  op: (x: Value) => Value,
  special: readonly number[],
  of: (shape: readonly number[]) => HostTensor = (shape) => numbers(shape),
): readonly Case[] {
  return [
    ...[[2, 3, 4, 5], [37], []].map((shape) => ({
      name: `of [${shape}]`,
      operands: [of(shape)],
      build: (x: Value) => op(x),
    })),
    {
      name: `at ${special.join(", ")}`,
      operands: [vector(...special)],
      build: (x) => op(x!),
      differentiated: [],
    },
  ];
}

const BROADCASTS = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3, 4], []],
  [[], [2, 3, 4]],
  [[4, 5], [5]],
  [[5], [4, 5]],
  [
    [2, 3, 4, 5],
    [3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 1],
  ],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [3, 1, 5],
    [4, 1],
  ],
  [[1], [1, 1]],
  [[17], [17]],
] as const;

/** A binary op over every way of broadcasting. */
function binary(
  op: (a: Value, b: Value) => Value,
  first: (shape: readonly number[], name?: string) => HostTensor = numbers,
  second: (shape: readonly number[], name?: string) => HostTensor = first,
): readonly Case[] {
  return BROADCASTS.map(([a, b]) => ({
    name: `[${a}] with [${b}]`,
    operands: [first(a, "a"), second(b, "b")],
    build: (x, y) => op(x!, y!),
  }));
}

/** The same value as both operands, and with a plain number on either side. */
function withItselfAndNumbers(op: (a: Value | number, b: Value | number) => Value): readonly Case[] {
  return [
    {
      name: "of a value with itself",
      operands: [positive([7])],
      build: (x) => op(x!, x!),
    },
    { name: "with a number on the right", operands: [positive([7])], build: (x) => op(x!, 0.1) },
    { name: "with a number on the left", operands: [positive([7])], build: (x) => op(0.1, x!) },
  ];
}

function at(
  name: string,
  op: (a: Value, b: Value) => Value,
  a: readonly number[],
  b: readonly number[],
): Case {
  return {
    name,
    operands: [vector(...a), vector(...b)],
    build: (x, y) => op(x!, y!),
    differentiated: [],
  };
}

/** int32 and int64 operands of a binary op. */
function integers(op: (a: Value, b: Value) => Value): readonly Case[] {
  const [a, b] = [
    [7, -7, 0, 12],
    [2, 2, 5, -3],
  ] as const;
  return [
    { name: "of int32", operands: [int32([4], a), int32([4], b)], build: (x, y) => op(x!, y!) },
    { name: "of int64", operands: [int64([4], a), int64([4], b)], build: (x, y) => op(x!, y!) },
    {
      name: "of int64 with a scalar",
      operands: [int64([4], a), int64([], [3])],
      build: (x, y) => op(x!, y!),
    },
  ];
}

function comparison(op: (a: Value, b: Value) => Value): readonly Case[] {
  return [
    ...binary(op, tied),
    ...integers(op),
    at(
      "with NaN and infinities",
      op,
      [Number.NaN, 1, INFINITY, -INFINITY],
      [Number.NaN, Number.NaN, INFINITY, 0],
    ),
  ];
}

/** Operands below, within and above the range of a clip, and at its ends. */
const AROUND_RANGE = vector(-1e30, -7, -1, -0.99, 0, 0.5, 1.99, 2, 2.01, 1e30);

function clipGradient(dy: Value, x: Value, low: number, high: number): Value {
  return x.node.graph.append("clipGrad", [dy, x], { low, high })[0]!;
}

function casts(from: HostTensor, to: readonly DType[]): readonly Case[] {
  return to.map((dtype) => ({
    name: `${from.dtype} to ${dtype}`,
    operands: [from],
    build: (x) => cast(x!, dtype),
  }));
}

const fractions = vector(-2.7, -1, -0.5, 0, 0.5, 1.5, 2.7, 300);

export const elementwiseCases: { readonly [N in keyof ElementwiseOps]: readonly Case[] } = {
  neg: unary(neg, [0, INFINITY, 3e38]),
  exp: unary(exp, [0, -INFINITY, -200, 80]),
  log: unary(log, [0, 1, INFINITY, 1e-30], positive),
  sqrt: unary(sqrt, [0, 1, INFINITY, 1e-30], positive),
  reciprocal: unary(reciprocal, [INFINITY, -INFINITY, 1e30], positive),
  abs: unary(abs, [0, -INFINITY, -1e-30]),
  sign: unary(sign, [0, -INFINITY, -1e-30]),
  relu: unary(relu, [0, -INFINITY, INFINITY, -1e-30]),
  sigmoid: unary(sigmoid, [0, -INFINITY, INFINITY, -80, 80]),
  tanh: unary(tanh, [0, -INFINITY, INFINITY, -50, 1e-4]),
  softplus: unary(softplus, [0, -80, 1000, 1e30]),
  erf: [
    ...unary(erf, [0, -INFINITY, INFINITY, -1e-30, 1e-4, 5]),
    { name: "of far numbers", operands: [numbers([256], "far", -7, 7)], build: (x) => erf(x!) },
  ],
  gelu: [
    ...unary(gelu, [0, 1e-30, -1e-3, 10, 1e30]),
    {
      name: "of far numbers",
      operands: [numbers([256], "far", -12, 12)],
      build: (x) => gelu(x!),
      tolerance: "accumulated",
    },
  ],
  geluGrad: [
    {
      name: "of [2, 3, 4, 5]",
      operands: [numbers([2, 3, 4, 5], "dy"), numbers([2, 3, 4, 5], "x", -6, 6)],
      build: (dy, x) => x!.node.graph.append("geluGrad", [dy!, x!], {})[0]!,
      tolerance: "accumulated",
    },
    {
      name: "at 0 and far from it",
      operands: [numbers([6], "dy"), vector(0, -1e-30, 1e-4, -30, 30, 1e30)],
      build: (dy, x) => x!.node.graph.append("geluGrad", [dy!, x!], {})[0]!,
      tolerance: "accumulated",
      differentiated: [],
    },
  ],
  clip: [
    { name: "of [2, 3, 4, 5]", operands: [numbers([2, 3, 4, 5])], build: (x) => clip(x!, -1, 0.5) },
    { name: "of []", operands: [numbers([])], build: (x) => clip(x!, 0, 6) },
    { name: "to one value", operands: [numbers([7])], build: (x) => clip(x!, 0.1, 0.1) },
    {
      name: "at and beyond the ends",
      operands: [AROUND_RANGE],
      build: (x) => clip(x!, -1, 2),
      differentiated: [],
    },
  ],
  clipGrad: [
    {
      name: "of [2, 3, 4, 5]",
      operands: [numbers([2, 3, 4, 5], "dy"), numbers([2, 3, 4, 5])],
      build: (dy, x) => clipGradient(dy!, x!, -1, 0.5),
    },
    {
      name: "at and beyond the ends",
      operands: [numbers([AROUND_RANGE.data.length], "dy"), AROUND_RANGE],
      build: (dy, x) => clipGradient(dy!, x!, -1, 2),
      differentiated: [],
    },
  ],
  add: [...binary(add), ...withItselfAndNumbers(add), ...integers(add)],
  sub: [...binary(sub), ...withItselfAndNumbers(sub), ...integers(sub)],
  mul: [...binary(mul), ...withItselfAndNumbers(mul), ...integers(mul)],
  div: [
    ...binary(div, numbers, positive),
    ...withItselfAndNumbers(div),
    at("by zero", div, [1, -1, 0], [0, 0, 0]),
  ],
  maximum: [...binary(maximum), ...withItselfAndNumbers(maximum), ...integers(maximum)],
  minimum: [...binary(minimum), ...withItselfAndNumbers(minimum), ...integers(minimum)],
  pow: [
    ...binary(pow, positive),
    ...withItselfAndNumbers(pow),
    at("of negative and zero bases", pow, [-2, -2, 0, 0, 2], [2, 3, 0, 2, -1]),
    { name: "squared", operands: [numbers([9])], build: (x) => pow(x!, 2) },
    { name: "to the power of 0 at 0", operands: [vector(0, 1, 2)], build: (x) => pow(x!, 0) },
  ],
  equal: comparison(equal),
  greater: comparison(greater),
  greaterEqual: comparison(greaterEqual),
  select: [
    {
      name: "of one shape",
      operands: [bool([2, 3], [1, 0, 1, 1, 0, 0]), numbers([2, 3], "a"), numbers([2, 3], "b")],
      build: (condition, a, b) => select(condition!, a!, b!),
    },
    {
      name: "with a column of conditions and a row",
      operands: [bool([2, 1], [1, 0]), numbers([3], "a"), numbers([2, 3], "b")],
      build: (condition, a, b) => select(condition!, a!, b!),
    },
    {
      name: "with a number",
      operands: [bool([4], [1, 0, 1, 0]), numbers([4])],
      build: (condition, x) => select(condition!, x!, 0),
    },
    {
      name: "that hides NaN",
      operands: [numbers([4])],
      build: (x) => select(greater(x!, 0), log(select(greater(x!, 0), x!, 1)), 0),
    },
    {
      name: "of int64",
      operands: [bool([2], [1, 0]), int64([2], [1, 2]), int64([2], [3, 4])],
      build: (condition, a, b) => select(condition!, a!, b!),
    },
  ],
  cast: [
    ...casts(fractions, ["int32", "int64", "bool"]),
    ...casts(int64([4], [-3, 0, 5, 2 ** 20]), ["float32", "int32", "bool"]),
    ...casts(int32([4], [-3, 0, 5, 2 ** 20]), ["float32", "int64", "bool"]),
    ...casts(bool([4], [0, 1, 1, 0]), ["float32", "int32", "int64"]),
    ...casts(hostTensor("uint8", [3], Uint8Array.of(0, 127, 255)), ["float32", "int32"]),
  ],
  oneHot: [
    { name: "int64 labels", operands: [labels([6], 4)], build: (x) => oneHot(x!, 4) },
    { name: "int32 labels", operands: [int32([3], [2, 0, 1])], build: (x) => oneHot(x!, 3) },
    { name: "of a matrix of labels", operands: [labels([2, 3], 5)], build: (x) => oneHot(x!, 5) },
    { name: "labels out of range", operands: [int64([5], [-100, 0, 3, 4, -1])], build: (x) => oneHot(x!, 4) },
    { name: "one class", operands: [int64([2], [0, 1])], build: (x) => oneHot(x!, 1) },
  ],
};
