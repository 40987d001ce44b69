// Functions that append ops to the graph of their operands: the vocabulary models and losses are written in.
import {
  ClassifierTrainingError,
  type DType,
  float64Scalar,
  type HostTensor,
  hostTensor,
  isFloat,
  sameShape,
} from "../core/index.ts";
import { BATCH, batchFactor, type Dim, type Dims, fixedDim, missingDim, productOf } from "./dim.ts";
import type { Graph, Value } from "./graph.ts";
import type { BinaryOp, CompareOp, Conv2dParams, NoParams, UnaryOp } from "./ops/index.ts";
import type { VariableRef } from "./storage.ts";

/** A value, or a number that becomes a constant of the other operand's dtype. */
export type Operand = Value | number;

// ---------------------------------------------------------------- leaves

/** A tensor that every run is given under `name`. */
export function input(graph: Graph, name: string, dtype: DType, shape: Dims): Value {
  return graph.append("input", [], { name, dtype, shape })[0]!;
}

/** The value that a variable has when the run begins. */
export function readVariable(graph: Graph, variable: VariableRef): Value {
  return graph.append("variable", [], { variable })[0]!;
}

/** A constant; `dtype` may be float32 for float64 elements, which each runtime rounds to its own width. */
export function constant(graph: Graph, tensor: HostTensor, dtype: DType = tensor.dtype): Value {
  return graph.append("constant", [], { dtype, tensor })[0]!;
}

/** A scalar constant of the dtype of `like`, in its graph. */
export function constantLike(like: Value, value: number): Value {
  return constant(like.node.graph, scalarTensor(like.dtype, value), like.dtype);
}

function scalarTensor(dtype: DType, value: number): HostTensor {
  switch (dtype) {
    case "int64":
      return hostTensor("int64", [], BigInt64Array.of(BigInt(value)));
    case "int32":
      return hostTensor("int32", [], Int32Array.of(value));
    case "float32":
    case "float64":
      return float64Scalar(value);
    default:
      throw new ClassifierTrainingError("failure", "CONSTANT_DTYPE", `no constants of ${dtype} in a graph`);
  }
}

// ---------------------------------------------------------------- elementwise

const NONE: NoParams = {};

function unary(op: UnaryOp): (x: Value) => Value {
  return (x) => x.node.graph.append(op, [x], NONE)[0]!;
}

function binary(op: BinaryOp | CompareOp): (a: Operand, b: Operand) => Value {
  return (a, b) => {
    const [x, y] = pair(op, a, b);
    return x.node.graph.append(op, [x, y], NONE)[0]!;
  };
}

function pair(op: string, a: Operand, b: Operand): [Value, Value] {
  if (typeof a !== "number") return [a, typeof b === "number" ? constantLike(a, b) : b];
  if (typeof b !== "number") return [constantLike(b, a), b];
  throw new ClassifierTrainingError("failure", "NO_VALUE", `${op}: at least one operand must be a value`);
}

/** -x */
export const neg: (x: Value) => Value = unary("neg");
/** e^x */
export const exp: (x: Value) => Value = unary("exp");
/** Natural logarithm; of 0 it is -infinity, below NaN. */
export const log: (x: Value) => Value = unary("log");
/** Square root; NaN below 0. */
export const sqrt: (x: Value) => Value = unary("sqrt");
/** 1 / x */
export const reciprocal: (x: Value) => Value = unary("reciprocal");
/** |x|; the gradient at 0 is 0. */
export const abs: (x: Value) => Value = unary("abs");
/** -1, 0 or 1. */
export const sign: (x: Value) => Value = unary("sign");
/** max(x, 0) */
export const relu: (x: Value) => Value = unary("relu");
/** 1 / (1 + e^-x) */
export const sigmoid: (x: Value) => Value = unary("sigmoid");
/** Hyperbolic tangent. */
export const tanh: (x: Value) => Value = unary("tanh");
/** log(1 + e^x), computed without overflow. */
export const softplus: (x: Value) => Value = unary("softplus");

/** The error function. */
export const erf: (x: Value) => Value = unary("erf");
/** x times the share of a normal distribution below x; exact, by the error function. */
export const gelu: (x: Value) => Value = unary("gelu");

/** min(max(x, low), high); the gradient is 0 at and beyond the ends. */
export function clip(x: Value, low: number, high: number): Value {
  return x.node.graph.append("clip", [x], { low, high })[0]!;
}

/**
 * a + b. As with all functions of two operands here, shapes broadcast, and a number takes the dtype of the other,
 * which must be a value.
 * @throws ClassifierTrainingError `NO_VALUE` where both are numbers
 */
export const add: (a: Operand, b: Operand) => Value = binary("add");
/** a - b */
export const sub: (a: Operand, b: Operand) => Value = binary("sub");
/** a * b, elementwise. */
export const mul: (a: Operand, b: Operand) => Value = binary("mul");
/** a / b */
export const div: (a: Operand, b: Operand) => Value = binary("div");
/** The larger of a and b, elementwise. */
export const maximum: (a: Operand, b: Operand) => Value = binary("maximum");
/** The smaller of a and b, elementwise. */
export const minimum: (a: Operand, b: Operand) => Value = binary("minimum");
/** a^b, elementwise. */
export const pow: (a: Operand, b: Operand) => Value = binary("pow");
/** Whether a = b, as `bool`; false with NaN. */
export const equal: (a: Operand, b: Operand) => Value = binary("equal");
/** Whether a > b, as `bool`; false with NaN. */
export const greater: (a: Operand, b: Operand) => Value = binary("greater");
/** Whether a >= b, as `bool`; false with NaN. */
export const greaterEqual: (a: Operand, b: Operand) => Value = binary("greaterEqual");

/** `whenTrue` where `condition` (bool) holds, else `whenFalse`; shapes broadcast. */
export function select(condition: Value, whenTrue: Operand, whenFalse: Operand): Value {
  const [a, b] = pair("select", whenTrue, whenFalse);
  return condition.node.graph.append("select", [condition, a, b], NONE)[0]!;
}

/** The same elements in another dtype; the value itself where it has that dtype. */
export function cast(x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : x.node.graph.append("cast", [x], { dtype })[0]!;
}

/** Integer labels [...] as float32 rows [..., classes]; a label out of range gives a row of zeros. */
export function oneHot(labels: Value, classes: number): Value {
  return labels.node.graph.append("oneHot", [labels], { classes })[0]!;
}

// ---------------------------------------------------------------- reductions

/** Axes to reduce (negative ones count from the end; default: all) and whether to keep them with size 1. */
export interface ReduceOptions {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}

function normalizedAxes(x: Value, axes: readonly number[] | undefined): number[] {
  const all = axes ?? x.shape.map((_, axis) => axis);
  return [...new Set(all.map((axis) => (axis < 0 ? axis + x.shape.length : axis)))].sort((a, b) => a - b);
}

function reduce(op: "reduceSum" | "reduceMax", x: Value, { axes, keepDims = false }: ReduceOptions): Value {
  const reduced = normalizedAxes(x, axes);
  return reduced.length === 0 ? x : x.node.graph.append(op, [x], { axes: reduced, keepDims })[0]!;
}

/** Sum over axes; `x` itself where there are none to reduce. */
export function reduceSum(x: Value, options: ReduceOptions = {}): Value {
  return reduce("reduceSum", x, options);
}

/** Maximum over axes; `x` itself where there are none to reduce. */
export function reduceMax(x: Value, options: ReduceOptions = {}): Value {
  return reduce("reduceMax", x, options);
}

/** Sum over the processes that train together, each of which runs the program; `x` itself where there is one. */
export function allReduceSum(x: Value): Value {
  return x.node.graph.append("allReduceSum", [x], NONE)[0]!;
}

/** Arithmetic mean over axes. */
export function reduceMean(x: Value, options: ReduceOptions = {}): Value {
  const count = countAlong(x, options.axes);
  return mul(reduceSum(x, options), typeof count === "number" ? 1 / count : reciprocal(count));
}

/** How many elements there are along axes: a number, or a scalar value where that depends on the batch. */
export function countAlong(x: Value, axes?: readonly number[]): Operand {
  const along = normalizedAxes(x, axes).map((axis) => x.shape[axis]!);
  const size = x.node.graph.checked("countAlong", [x], () => productOf(along));
  if (typeof size === "number") return size;
  const ones = broadcastTo(constantLike(x, 1), [BATCH]);
  return mul(reduceSum(ones), batchFactor(size));
}

/** Index (int32) of the first maximum along the last axis. */
export function argMax(x: Value): Value {
  return x.node.graph.append("argMax", [x], NONE)[0]!;
}

/** Logarithm of softmax over the last axis. */
export function logSoftmax(x: Value): Value {
  return x.node.graph.append("logSoftmax", [x], NONE)[0]!;
}

/** Softmax over the last axis. */
export function softmax(x: Value): Value {
  return x.node.graph.append("softmax", [x], NONE)[0]!;
}

// ---------------------------------------------------------------- layout

/** The same elements in another shape; one size may be -1 and is worked out. */
export function reshape(x: Value, shape: Dims): Value {
  const known = shape.filter((dim) => dim !== -1);
  const missing = (): Dim => x.node.graph.checked("reshape", [x], () => missingDim(x.shape, known));
  const full = known.length === shape.length - 1 ? shape.map((dim) => (dim === -1 ? missing() : dim)) : shape;
  return sameShape(full, x.shape) ? x : x.node.graph.append("reshape", [x], { shape: full })[0]!;
}

/** All axes from `startAxis` on as one. */
export function flatten(x: Value, startAxis = 1): Value {
  const rest = x.node.graph.checked("flatten", [x], () => productOf(x.shape.slice(startAxis)));
  return reshape(x, [...x.shape.slice(0, startAxis), rest]);
}

/** Axes in another order: axis i of the result is axis `permutation[i]` of `x`. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  const identity = permutation.every((axis, i) => axis === i);
  return identity ? x : x.node.graph.append("transpose", [x], { permutation })[0]!;
}

/** `x` stretched to `shape` by NumPy's rule; `x` itself where it has that shape. */
export function broadcastTo(x: Value, shape: Dims): Value {
  return sameShape(x.shape, shape) ? x : x.node.graph.append("broadcastTo", [x], { shape })[0]!;
}

/** The box from `starts` (inclusive) to `ends` (exclusive); of the batch axis always the whole. */
export function slice(x: Value, starts: readonly number[], ends: Dims): Value {
  return x.node.graph.append("slice", [x], { starts, ends })[0]!;
}

/** One behind the other along `axis`; the other sizes must agree. */
export function concat(parts: readonly Value[], axis: number): Value {
  return parts.length === 1 ? parts[0]! : parts[0]!.node.graph.append("concat", parts, { axis })[0]!;
}

/** Elements moved by `shift` places along an axis; those that leave one end come in at the other, as torch.roll. */
export function roll(x: Value, shift: number, axis: number): Value {
  const size = sizeOfAxis(x, axis);
  const cut = (((-shift % size) + size) % size) as number;
  if (cut === 0) return x;
  const part = (from: number, to: number): Value =>
    slice(
      x,
      x.shape.map((_, i) => (i === axis ? from : 0)),
      x.shape.map((dim, i) => (i === axis ? to : dim)),
    );
  return concat([part(cut, size), part(0, cut)], axis);
}

/** `value` added before and behind each axis. */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  return x.node.graph.append("pad", [x], { before, after, value })[0]!;
}

/** Sum over the axes along which `shape` was broadcast to `x`: the adjoint of broadcasting. */
export function sumTo(x: Value, shape: Dims): Value {
  const lead = x.shape.length - shape.length;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && x.shape[axis] !== 1));
  return reshape(reduceSum(x, { axes, keepDims: true }), shape);
}

// ---------------------------------------------------------------- networks

/** Convolution options of `conv2d`; defaults stride 1, padding 0, dilation 1, one group. */
export type Conv2dOptions = Partial<Conv2dParams>;

/**
 * 2-D cross-correlation: x [N, C, H, W], weight [O, C / groups, kH, kW], bias [O] -> [N, O, H', W'] with
 * H' = floor((H + 2 padding - dilation (kH - 1) - 1) / stride) + 1.
 */
export function conv2d(x: Value, weight: Value, bias?: Value, options: Conv2dOptions = {}): Value {
  const params = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, ...options } as const;
  const operands = bias === undefined ? [x, weight] : [x, weight, bias];
  return x.node.graph.append("conv2d", operands, params)[0]!;
}

/**
 * Products of matrices, each optionally transposed: [..., M, K] and [..., K, N] with equal leading axes. A single
 * matrix `b` multiplies all of `a`'s.
 */
export function matmul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
  if (b.shape.length === 2 && a.shape.length > 2 && !transposeA) {
    const rows = reshape(a, [-1, a.shape.at(-1)!]);
    const product = matmul(rows, b, false, transposeB);
    return reshape(product, [...a.shape.slice(0, -1), product.shape[1]!]);
  }
  return a.node.graph.append("matmul", [a, b], { transposeA, transposeB })[0]!;
}

/** Batch normalisation with the batch's own statistics: `[y, mean, biased variance]`. */
export function batchNormTraining(
  x: Value,
  weight: Value,
  bias: Value,
  epsilon: number,
): readonly [Value, Value, Value] {
  const [y, mean, variance] = x.node.graph.append("batchNormTraining", [x, weight, bias], { epsilon });
  return [y!, mean!, variance!];
}

/** Batch normalisation with given statistics. */
export function batchNormInference(
  x: Value,
  weight: Value,
  bias: Value,
  mean: Value,
  variance: Value,
  epsilon: number,
): Value {
  return x.node.graph.append("batchNormInference", [x, weight, bias, mean, variance], { epsilon })[0]!;
}

/** Normalisation of the last axis by its own mean and biased variance, then scaled and shifted. */
export function layerNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  return x.node.graph.append("layerNorm", [x, weight, bias], { epsilon })[0]!;
}

/** Ones with `probability`, else zeros (float32), as the run's `key` and `place` have it; see the op. */
export function bernoulli(key: Value, shape: Dims, probability: number, place: number): Value {
  return key.node.graph.append("bernoulli", [key], { shape, probability, place })[0]!;
}

/**
 * The size of an axis (a negative one counts from the end) that is not the batch's.
 * @throws ClassifierTrainingError `SHAPE_MISMATCH` where it depends on the batch
 */
export function sizeOfAxis(x: Value, axis: number): number {
  return x.node.graph.checked("sizeOfAxis", [x], () => fixedDim(x.shape.at(axis)!));
}

/** Whether gradients can flow through values of this type. */
export function isDifferentiable(x: Value): boolean {
  return isFloat(x.dtype);
}
