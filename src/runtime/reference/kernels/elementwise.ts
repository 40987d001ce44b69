// Elementwise kernels: one scalar function each, applied along broadcast operands.
import { type DType, isFloat, type TensorData } from "../../../core/index.ts";
import type { BinaryOp, CompareOp, NoParams, UnaryOp } from "../../../graph/index.ts";
import type { ElementwiseOps } from "../../../graph/ops/elementwise.ts";
import type { Kernel, KernelTable } from "../kernel.ts";
import { broadcastData } from "../strided.ts";
import { allocateFor, type Elements, floats } from "../tensor.ts";

const UNARY: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  abs: Math.abs,
  sign: Math.sign,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  tanh: Math.tanh,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

const BINARY: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  pow: (a, b) => a ** b,
};

const BINARY_INT64: Record<BinaryOp, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: (a, b) => (a > b ? a : b),
  minimum: (a, b) => (a < b ? a : b),
  pow: (a, b) => a ** b,
};

const COMPARE: Record<CompareOp, (a: number | bigint, b: number | bigint) => boolean> = {
  equal: (a, b) => a === b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
};

function unary(op: UnaryOp): Kernel<NoParams> {
  const f = UNARY[op];
  return ([x]) => [floats(x!).map((value) => f(value))];
}

function binary(op: BinaryOp): Kernel<NoParams> {
  return ([a, b], _, [type]) => {
    const f = (type!.dtype === "int64" ? BINARY_INT64[op] : BINARY[op]) as (p: unknown, q: unknown) => number;
    const x: Elements = broadcastData(a!.data, a!.shape, type!);
    const y: Elements = broadcastData(b!.data, b!.shape, type!);
    const result = allocateFor(type!);
    const to: Elements = result;
    for (let i = 0; i < to.length; i++) to[i] = f(x[i], y[i]);
    return [result];
  };
}

function compare(op: CompareOp): Kernel<NoParams> {
  const f = COMPARE[op];
  return ([a, b], _, [type]) => {
    const operandType = { dtype: a!.dtype, shape: type!.shape };
    const x: Elements = broadcastData(a!.data, a!.shape, operandType);
    const y: Elements = broadcastData(b!.data, b!.shape, operandType);
    const result = new Uint8Array(x.length);
    for (let i = 0; i < result.length; i++) result[i] = f(x[i]!, y[i]!) ? 1 : 0;
    return [result];
  };
}

/** Floats become integers by truncation, anything but zero becomes true. */
function castElement(dtype: DType): (x: number | bigint) => number | bigint {
  if (dtype === "bool") return (x) => (Number(x) === 0 ? 0 : 1);
  if (dtype === "int64") return (x) => (typeof x === "bigint" ? x : BigInt(Math.trunc(x)));
  if (isFloat(dtype)) return Number;
  return (x) => Math.trunc(Number(x));
}

function oneHot(labels: TensorData, classes: number): Float64Array {
  const rows = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = Number(labels[i]);
    if (label >= 0 && label < classes) rows[i * classes + label] = 1;
  }
  return rows;
}

export const elementwiseKernels: KernelTable<ElementwiseOps> = {
  neg: unary("neg"),
  exp: unary("exp"),
  log: unary("log"),
  sqrt: unary("sqrt"),
  reciprocal: unary("reciprocal"),
  abs: unary("abs"),
  sign: unary("sign"),
  relu: unary("relu"),
  sigmoid: unary("sigmoid"),
  tanh: unary("tanh"),
  softplus: unary("softplus"),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  pow: binary("pow"),
  equal: compare("equal"),
  greater: compare("greater"),
  greaterEqual: compare("greaterEqual"),
  select: ([condition, a, b], _, [type]) => {
    const chosen = broadcastData(condition!.data, condition!.shape, { dtype: "bool", shape: type!.shape });
    const x: Elements = broadcastData(a!.data, a!.shape, type!);
    const y: Elements = broadcastData(b!.data, b!.shape, type!);
    const result = allocateFor(type!);
    const to: Elements = result;
    for (let i = 0; i < to.length; i++) to[i] = chosen[i] === 0 ? y[i]! : x[i]!;
    return [result];
  },
  cast: ([x], { dtype }, [type]) => {
    const convert = castElement(dtype);
    const from: Elements = x!.data;
    const result = allocateFor(type!);
    const to: Elements = result;
    for (let i = 0; i < to.length; i++) to[i] = convert(from[i]!);
    return [result];
  },
  oneHot: ([labels], { classes }) => [oneHot(labels!.data, classes)],
};
