// Elementwise ops as loops in JavaScript, for tensors too small or too unlike for a primitive.
import { errorFunction } from "../../../core/index.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../../graph/index.ts";
import type { ElementType } from "../plan/element-type.ts";

/** Computed in float64 and rounded where the result is stored. */
export const UNARY: Readonly<Record<UnaryOp, (x: number) => number>> = {
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
  erf: errorFunction,
  gelu: (x) => 0.5 * x * (1 + errorFunction(x * Math.SQRT1_2)),
};

type Binary = (a: number, b: number) => number;

const FLOAT: Readonly<Record<BinaryOp, Binary>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  pow: (a, b) => a ** b,
};

/** `+` and its like work on bigints as they do on numbers; Math does not take them. */
const INT64: Readonly<Record<BinaryOp, Binary>> = {
  ...FLOAT,
  maximum: (a, b) => (a > b ? a : b),
  minimum: (a, b) => (a < b ? a : b),
};

const INT32: Readonly<Record<BinaryOp, Binary>> = {
  ...FLOAT,
  mul: Math.imul,
  div: (a, b) => Math.trunc(a / b),
};

const COMPARE: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  equal: (a, b) => a === b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
};

/** The function of two elements of `type`. */
export function binaryFunction(op: BinaryOp | CompareOp, type: ElementType): Binary {
  if (op in COMPARE) {
    const compare = COMPARE[op as CompareOp];
    return (a, b) => (compare(a, b) ? 1 : 0);
  }
  const table = type === "s64" ? INT64 : type === "s32" ? INT32 : FLOAT;
  return table[op as BinaryOp];
}

/** Turns an element into one of another type: floats are truncated to integers, anything but zero is true. */
export function castFunction(to: ElementType, toBool: boolean): (x: number) => number {
  if (toBool) return (x) => (Number(x) === 0 ? 0 : 1);
  if (to === "s64") return (x) => (typeof x === "bigint" ? x : (BigInt(Math.trunc(x)) as unknown as number));
  return to === "f32" ? Number : (x) => Math.trunc(Number(x));
}
