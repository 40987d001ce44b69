// Elementwise kernels: one scalar function each, applied along broadcast operands.
import { type DType, errorFunction, geluSlope, isFloat, type TensorData } from "../../../core/index.ts";
import type { BinaryOp, BoundType, CompareOp, NoParams, UnaryOp } from "../../../graph/index.ts";
import type { ElementwiseOps } from "../../../graph/ops/elementwise.ts";
import type { Kernel, KernelTable } from "../kernel.ts";
import { broadcastData } from "../strided.ts";
import { allocateFor, type Elements, floats, type Tensor } from "../tensor.ts";

/** A switch rather than a table of functions: it is inlined into the loops, and numbers stay unboxed. */
function evaluateUnary(op: UnaryOp, x: number): number {
  switch (op) {
    case "neg":
      return -x;
    case "exp":
      return Math.exp(x);
    case "log":
      return Math.log(x);
    case "sqrt":
      return Math.sqrt(x);
    case "reciprocal":
      return 1 / x;
    case "abs":
      return Math.abs(x);
    case "sign":
      return Math.sign(x);
    case "relu":
      return Math.max(x, 0);
    case "sigmoid":
      return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    case "tanh":
      return Math.tanh(x);
    case "softplus":
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    case "erf":
      return errorFunction(x);
    case "gelu":
      return 0.5 * x * (1 + errorFunction(x * Math.SQRT1_2));
  }
}

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
  return ([xTensor], _, [type]) => {
    const x = floats(xTensor!);
    const y = allocateFor(type!) as Float64Array;
    for (let i = 0; i < y.length; i++) y[i] = evaluateUnary(op, x[i]!);
    return [y];
  };
}

function binary(op: BinaryOp): Kernel<NoParams> {
  return ([a, b], _, [type]) => {
    if (type!.dtype === "int64") {
      const f = BINARY_INT64[op];
      const x = broadcastData(a!.data, a!.shape, type!) as BigInt64Array;
      const y = broadcastData(b!.data, b!.shape, type!) as BigInt64Array;
      return [x.map((p, i) => f(p, y[i]!))];
    }
    return [combine(op, operandOf(a!, type!), operandOf(b!, type!), allocateFor(type!) as Float64Array)];
  };
}

/** An operand as `combine` takes it: broadcast, but for a single element. */
function operandOf({ data, shape }: Tensor, type: BoundType): Float64Array {
  return (data.length === 1 ? data : broadcastData(data, shape, type)) as Float64Array;
}

/** A loop for each op: one that asks for the op at every element takes half as long again. */
function combine(op: BinaryOp, x: Float64Array, y: Float64Array, result: Float64Array): Float64Array {
  const [dx, dy, length] = [x.length === 1 ? 0 : 1, y.length === 1 ? 0 : 1, result.length];
  switch (op) {
    case "add":
      for (let i = 0; i < length; i++) result[i] = x[i * dx]! + y[i * dy]!;
      break;
    case "sub":
      for (let i = 0; i < length; i++) result[i] = x[i * dx]! - y[i * dy]!;
      break;
    case "mul":
      for (let i = 0; i < length; i++) result[i] = x[i * dx]! * y[i * dy]!;
      break;
    case "div":
      for (let i = 0; i < length; i++) result[i] = x[i * dx]! / y[i * dy]!;
      break;
    case "maximum":
      for (let i = 0; i < length; i++) result[i] = Math.max(x[i * dx]!, y[i * dy]!);
      break;
    case "minimum":
      for (let i = 0; i < length; i++) result[i] = Math.min(x[i * dx]!, y[i * dy]!);
      break;
    case "pow":
      for (let i = 0; i < length; i++) result[i] = x[i * dx]! ** y[i * dy]!;
      break;
  }
  return result;
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

/** Floats are computed in float64; comparisons give 0 or 1. */
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
  erf: unary("erf"),
  gelu: unary("gelu"),
  geluGrad: ([dy, xTensor]) => {
    const x = floats(xTensor!);
    return [floats(dy!).map((value, i) => value * geluSlope(x[i]!))];
  },
  clip: ([x], { low, high }) => [floats(x!).map((value) => Math.min(Math.max(value, low), high))],
  clipGrad: ([dy, xTensor], { low, high }) => {
    const x = floats(xTensor!);
    return [floats(dy!).map((value, i) => (x[i]! > low && x[i]! < high ? value : 0))];
  },
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
