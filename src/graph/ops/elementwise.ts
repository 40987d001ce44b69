// Elementwise ops: unary, binary with NumPy broadcasting, comparison, selection, cast, one-hot.
import { broadcastShapes, type DType, formatShape, isFloat } from "../../core/index.ts";
import type { Dim, Dims } from "../dim.ts";
import { require } from "../shape-error.ts";
import type { ValueType } from "../value-type.ts";
import type { NoParams, OpDefinition } from "./definition.ts";

/** Ops of one floating-point operand; the result has its dtype and shape. */
export const UNARY_OPS = [
  "neg",
  "exp",
  "log",
  "sqrt",
  "reciprocal",
  "abs",
  "sign",
  "relu",
  "sigmoid",
  "tanh",
  /** log(1 + e^x), computed without overflow. */
  "softplus",
  /** The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
  "erf",
  /** x (1 + erf(x / sqrt(2))) / 2: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016). */
  "gelu",
] as const;
/** One of `UNARY_OPS`. */
export type UnaryOp = (typeof UNARY_OPS)[number];

/** Ops of two operands of one dtype, whose shapes broadcast. */
export const BINARY_OPS = ["add", "sub", "mul", "div", "maximum", "minimum", "pow"] as const;
/** One of `BINARY_OPS`. */
export type BinaryOp = (typeof BINARY_OPS)[number];

/** Comparisons give `bool`; a comparison with NaN is false. */
export const COMPARE_OPS = ["equal", "greater", "greaterEqual"] as const;
/** One of `COMPARE_OPS`. */
export type CompareOp = (typeof COMPARE_OPS)[number];

/** The element type to convert to. */
export interface CastParams {
  readonly dtype: DType;
}

/** A range of values. */
export interface ClipParams {
  readonly low: number;
  readonly high: number;
}

/** Length of the rows. */
export interface OneHotParams {
  readonly classes: number;
}

/** Parameters of the ops by name. */
export type ElementwiseOps = Record<UnaryOp | BinaryOp | CompareOp | "select", NoParams> & {
  cast: CastParams;
  /** (dy, x) -> dx, the gradient of gelu: dy times the share of a normal distribution below x plus x its density at x */
  geluGrad: NoParams;
  /** min(max(x, low), high) */
  clip: ClipParams;
  /** (dy, x) -> dx: `dy` where low < x < high, else 0 */
  clipGrad: ClipParams;
  /** Integer labels [...] to float32 rows [..., classes]; a label outside 0..classes-1 gives a row of zeros. */
  oneHot: OneHotParams;
};

const unary: OpDefinition<NoParams> = {
  infer: ([x]) => {
    require(isFloat(x!.dtype), `needs a floating point operand, not ${x!.dtype}`);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
};

function broadcast(a: ValueType, b: ValueType): Dims {
  const shape = broadcastShapes<Dim>(a.shape, b.shape);
  require(shape !== undefined, "shapes do not broadcast");
  return shape;
}

const binary: OpDefinition<NoParams> = {
  infer: ([a, b]) => {
    require(a!.dtype === b!.dtype, "operands differ in dtype");
    return [{ dtype: a!.dtype, shape: broadcast(a!, b!) }];
  },
};

const compare: OpDefinition<NoParams> = {
  infer: ([a, b]) => {
    require(a!.dtype === b!.dtype, "operands differ in dtype");
    return [{ dtype: "bool", shape: broadcast(a!, b!) }];
  },
};

function alike(dy: ValueType, x: ValueType): void {
  require(formatShape(dy.shape) === formatShape(x.shape), "gradient and input differ in shape");
}

function range({ low, high }: ClipParams): void {
  require(low <= high, `low ${low} is above high ${high}`);
}

/** Types of the results; none of these ops counts as arithmetic. */
export const elementwiseOps: { readonly [N in keyof ElementwiseOps]: OpDefinition<ElementwiseOps[N]> } = {
  neg: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  reciprocal: unary,
  abs: unary,
  sign: unary,
  relu: unary,
  sigmoid: unary,
  tanh: unary,
  softplus: unary,
  erf: unary,
  gelu: unary,
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  maximum: binary,
  minimum: binary,
  pow: binary,
  equal: compare,
  greater: compare,
  greaterEqual: compare,
  select: {
    infer: ([condition, a, b]) => {
      require(condition!.dtype === "bool", "the condition must be bool");
      require(a!.dtype === b!.dtype, "branches differ in dtype");
      return [
        { dtype: a!.dtype, shape: broadcast(condition!, { dtype: a!.dtype, shape: broadcast(a!, b!) }) },
      ];
    },
  },
  geluGrad: {
    infer: ([dy, x], params) => {
      alike(dy!, x!);
      return unary.infer([dy!], params);
    },
  },
  clip: {
    infer: ([x], params) => {
      range(params);
      return unary.infer([x!], params);
    },
  },
  clipGrad: {
    infer: ([dy, x], params) => {
      range(params);
      alike(dy!, x!);
      return unary.infer([dy!], params);
    },
  },
  cast: { infer: ([x], { dtype }) => [{ dtype, shape: x!.shape }] },
  oneHot: {
    infer: ([labels], { classes }) => {
      require(labels!.dtype === "int32" || labels!.dtype === "int64", "labels must be integers");
      return [{ dtype: "float32", shape: [...labels!.shape, classes] }];
    },
  },
};
