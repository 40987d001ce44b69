// Elementwise ops as WGSL expressions over scalars.
import { ClassifierTrainingError } from "../../../core/index.ts";
import {
  type BinaryOp,
  type BoundNode,
  type CompareOp,
  isOp,
  type OpName,
  type UnaryOp,
} from "../../../graph/index.ts";
import { elementTypeOf, type ValueType } from "../plan/tensor.ts";

/** The WGSL type of what is computed with. */
export const WGSL_TYPES: Readonly<Record<ValueType, string>> = {
  f32: "f32",
  i32: "i32",
  u32: "u32",
  i64: "vec2u",
};

const UNARY: Readonly<Record<UnaryOp, (x: string) => string>> = {
  neg: (x) => `(-${x})`,
  exp: (x) => `f_exp(${x})`,
  log: (x) => `f_log(${x})`,
  sqrt: (x) => `sqrt(${x})`,
  reciprocal: (x) => `(1.0 / ${x})`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `sign(${x})`,
  relu: (x) => `select(${x}, 0.0, ${x} <= 0.0)`,
  sigmoid: (x) => `f_sigmoid(${x})`,
  tanh: (x) => `f_tanh(${x})`,
  softplus: (x) => `f_softplus(${x})`,
  erf: (x) => `f_erf(${x})`,
  gelu: (x) => `f_gelu(${x})`,
};

/** Ops that have parameters, or operands of several types. */
const OTHERS: ReadonlySet<OpName> = new Set(["select", "cast", "clip", "clipGrad", "geluGrad"]);

type Combine = (a: string, b: string) => string;

const infix =
  (symbol: string): Combine =>
  (a, b) =>
    `(${a} ${symbol} ${b})`;
const call =
  (name: string): Combine =>
  (a, b) =>
    `${name}(${a}, ${b})`;

/** By element type; an op that a type lacks is an error when a program asks for it. */
const BINARY: Readonly<Record<BinaryOp, Partial<Record<ValueType, Combine>>>> = {
  add: { f32: infix("+"), i32: infix("+"), i64: call("i64_add") },
  sub: { f32: infix("-"), i32: infix("-"), i64: call("i64_sub") },
  mul: { f32: infix("*"), i32: infix("*"), i64: call("i64_mul") },
  div: { f32: infix("/"), i32: infix("/") },
  maximum: {
    f32: call("f_max"),
    i32: call("max"),
    i64: (a, b) => `select(${a}, ${b}, i64_less(${a}, ${b}))`,
  },
  minimum: {
    f32: call("f_min"),
    i32: call("min"),
    i64: (a, b) => `select(${a}, ${b}, i64_less(${b}, ${a}))`,
  },
  pow: { f32: call("f_pow") },
};

const COMPARE: Readonly<Record<CompareOp, Record<ValueType, Combine>>> = {
  equal: { f32: infix("=="), i32: infix("=="), u32: infix("=="), i64: (a, b) => `all(${a} == ${b})` },
  greater: { f32: infix(">"), i32: infix(">"), u32: infix(">"), i64: (a, b) => `i64_less(${b}, ${a})` },
  greaterEqual: {
    f32: infix(">="),
    i32: infix(">="),
    u32: infix(">="),
    i64: (a, b) => `(!i64_less(${a}, ${b}))`,
  },
};

/** The ops that this file has expressions for. */
export function isElementwise(node: BoundNode): boolean {
  const { op } = node;
  return op in UNARY || op in BINARY || op in COMPARE || OTHERS.has(op);
}

/** The node's result from expressions for its operands. */
export function expressionOf(node: BoundNode, operands: readonly string[]): string {
  const types = node.inputs.map(({ dtype }) => elementTypeOf(dtype));
  const [x, y, z] = operands as [string, string, string];
  const { op } = node;
  if (isOp(node, "select")) return `select(${z}, ${y}, ${x} != 0u)`;
  if (isOp(node, "cast"))
    return castTo(types[0]!, elementTypeOf(node.params.dtype), node.params.dtype === "bool", x);
  if (isOp(node, "clip") || isOp(node, "clipGrad")) return clipped(node, x, y);
  if (isOp(node, "geluGrad")) return `(${x} * f_gelu_slope(${y}))`;
  if (op in UNARY) return UNARY[op as UnaryOp](x);
  if (op in COMPARE) return compareExpression(op as CompareOp, types[0]!, x, y);
  if (op === "pow" && y === "2f") return `(${x} * ${x})`;
  return binaryExpression(op as BinaryOp, types[0]!, x, y, node.scope);
}

/** Neither end replaces what is no number. */
function clipped(node: BoundNode<"clip"> | BoundNode<"clipGrad">, first: string, second: string): string {
  const [low, high] = [literal("f32", node.params.low), literal("f32", node.params.high)];
  if (isOp(node, "clipGrad")) return `select(0.0, ${first}, ${second} > ${low} && ${second} < ${high})`;
  return `select(select(${first}, ${low}, ${first} < ${low}), ${high}, ${first} > ${high})`;
}

/** @throws ClassifierTrainingError `WEBGPU_DTYPE` for a type that lacks the op. */
export function binaryExpression(op: BinaryOp, type: ValueType, a: string, b: string, scope = ""): string {
  const combine = BINARY[op][type];
  if (combine !== undefined) return combine(a, b);
  throw new ClassifierTrainingError("failure", "WEBGPU_DTYPE", `runtime webgpu has no ${op} of ${type}`, {
    where: scope || undefined,
  });
}

/** 1 where the comparison holds, else 0. */
export function compareExpression(op: CompareOp, type: ValueType, a: string, b: string): string {
  return `u32(${COMPARE[op][type](a, b)})`;
}

function castTo(from: ValueType, to: ValueType, toBool: boolean, x: string): string {
  if (toBool) {
    if (from === "i64") return `u32(any(${x} != vec2u(0u)))`;
    return `u32(${x} != ${WGSL_TYPES[from]}(0))`;
  }
  if (from === to) return x;
  if (to === "i64") {
    if (from === "f32") return `i64_from_f32(${x})`;
    return from === "i32" ? `i64_from_i32(${x})` : `vec2u(${x}, 0u)`;
  }
  if (from === "i64") {
    if (to === "f32") return `f32_from_i64(${x})`;
    return to === "i32" ? `bitcast<i32>(${x}.x)` : `${x}.x`;
  }
  return `${to}(${x})`;
}

/** A number as a literal of an element type. */
export function literal(type: ValueType, value: number | bigint): string {
  if (type === "i64") {
    const bits = BigInt.asUintN(64, BigInt(value));
    return `vec2u(${bits & 0xffffffffn}u, ${bits >> 32n}u)`;
  }
  const number = Number(value);
  if (type === "u32") return `${number}u`;
  if (type === "i32") return number < 0 ? `(${number})` : `${number}`;
  const rounded = Math.fround(number);
  if (Number.isFinite(rounded))
    return rounded < 0 || Object.is(rounded, -0) ? `(-${-rounded}f)` : `${rounded}f`;
  const bits = new Uint32Array(Float32Array.of(rounded).buffer)[0]!;
  return `f32_of_bits(0x${bits.toString(16)}u)`;
}
