// Which elementwise nodes primitives of the library compute in one pass with others.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue, OpName } from "../../../graph/index.ts";
import { type ReluGradient, scalarConstant } from "../../planning/index.ts";

/**
 * Below this many elements a loop in JavaScript is as quick as a primitive, which wakes all threads. Images lie in
 * layouts of the library, so that a loop would have to reorder them first.
 */
const FEWEST_ELEMENTS = { image: 512, other: 4096 } as const;

/** Ops with an elementwise primitive; those with two operands take a scalar as either of them. */
const ELEMENTWISE: ReadonlySet<OpName> = new Set<OpName>([
  "neg",
  "exp",
  "log",
  "sqrt",
  "reciprocal",
  "abs",
  "relu",
  "sigmoid",
  "tanh",
  "gelu",
  "geluGrad",
  "clip",
  "clipGrad",
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
]);

/** Whether a node, or the gradient of a ReLU that ends in it, may be a member of an elementwise unit. */
export function joinsElementwise(node: BoundNode, mask: ReluGradient | undefined): boolean {
  const [result] = node.outputs;
  if (result?.dtype !== "float32") return false;
  const fewest = result.shape.length === 4 ? FEWEST_ELEMENTS.image : FEWEST_ELEMENTS.other;
  if (sizeOf(result.shape) < fewest) return false;
  if (mask !== undefined) return true;
  if (isSquare(node, result)) return true;
  if (!ELEMENTWISE.has(node.op)) return false;
  const full = node.inputs.filter((input) => shapeKey(input) === shapeKey(result));
  const others = node.inputs.filter((input) => !full.includes(input));
  return full.length > 0 && others.every(({ shape }) => sizeOf(shape) === 1);
}

/** x ^ 2 */
function isSquare(node: BoundNode, result: BoundValue): boolean {
  const [base, exponent] = node.inputs;
  return node.op === "pow" && shapeKey(base!) === shapeKey(result) && scalarConstant(exponent!) === 2;
}

function shapeKey({ shape }: BoundValue): string {
  return shape.join("x");
}
