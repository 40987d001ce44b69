// Elementwise nodes that no unit of primitives takes: small ones, integers, comparisons, odd broadcasts.
import { sizeOf } from "../../../core/index.ts";
import type { BinaryOp, BoundNode, BoundValue, CompareOp, UnaryOp } from "../../../graph/index.ts";
import { ARG, type BinaryAlgorithm, type Layout } from "../ffi/index.ts";
import type { Elements } from "../host/elements.ts";
import { binaryFunction, castFunction, UNARY } from "../host/elementwise.ts";
import { broadcastOffsets } from "../host/strided.ts";
import { elementTypeOf } from "../plan/element-type.ts";
import type { Planner } from "../plan/planner.ts";
import { ROW_MAJOR } from "../plan/tensor.ts";
import { addLoop, lowerLoop, rowType } from "./host.ts";

/** A loop on the host. */
export function lowerUnary(planner: Planner, node: BoundNode): void {
  const f = UNARY[node.op as UnaryOp];
  lowerLoop(planner, node, ([x], [y]) => {
    for (let i = 0; i < y!.length; i++) y![i] = f(x![i]!);
  });
}

/** A loop on the host. */
export function lowerClip(planner: Planner, node: BoundNode<"clip">): void {
  const { low, high } = node.params;
  lowerLoop(planner, node, ([x], [y]) => {
    for (let i = 0; i < y!.length; i++) y![i] = Math.min(Math.max(x![i]!, low), high);
  });
}

/** A loop on the host. */
export function lowerClipGrad(planner: Planner, node: BoundNode<"clipGrad">): void {
  const { low, high } = node.params;
  lowerLoop(planner, node, ([dy, x], [dx]) => {
    for (let i = 0; i < dx!.length; i++) dx![i] = x![i]! > low && x![i]! < high ? dy![i]! : 0;
  });
}

const BROADCAST: Readonly<Partial<Record<BinaryOp | CompareOp, BinaryAlgorithm>>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  maximum: "max",
  minimum: "min",
};

/** Below this many elements a loop is quick enough. */
const LARGE = 16384;

/** The library's primitive for large results where it takes the operands' shapes, else a loop. */
export function lowerBinary(planner: Planner, node: BoundNode): void {
  const op = node.op as BinaryOp | CompareOp;
  const [a, b] = node.inputs;
  const [y] = node.outputs;
  if (sizeOf(y!.shape) >= LARGE && lowerBroadcast(planner, node, BROADCAST[op])) return;
  const f = binaryFunction(op, rowType(planner, a!));
  const [offsetsA, offsetsB] = [a!, b!].map(({ shape }) => broadcastOffsets(shape, y!.shape));
  lowerLoop(planner, node, ([p, q], [result]) => {
    const read = (elements: Elements, offsets: Int32Array | undefined, i: number): number =>
      elements[offsets === undefined ? i : offsets[i]!]!;
    for (let i = 0; i < result!.length; i++) {
      result![i] = f(read(p!, offsetsA, i), read(q!, offsetsB, i));
    }
  });
}

/** A large tensor with one that is broadcast to it, such as a value per channel; false where no primitive does it. */
function lowerBroadcast(planner: Planner, node: BoundNode, algorithm: BinaryAlgorithm | undefined): boolean {
  const [a, b] = node.inputs;
  const [y] = node.outputs;
  if (algorithm === undefined || y!.dtype !== "float32") return false;
  const commutes = ["add", "mul", "max", "min"].includes(algorithm);
  const [full, other] = sizeOf(a!.shape) === sizeOf(y!.shape) ? [a!, b!] : [b!, a!];
  if (sizeOf(full.shape) !== sizeOf(y!.shape) || (full === b && !commutes)) return false;
  const source = planner.tensor(full);
  if (source.layout === undefined || source.layout.dims.length !== y!.shape.length) return false;
  if (source.order !== ROW_MAJOR && source.order.startsWith("family")) return false;
  const lead = y!.shape.length - other.shape.length;
  const dims = y!.shape.map((_, axis) => (axis < lead ? 1 : other.shape[axis - lead]!));
  const src1: Layout = planner.engine.layout("f32", dims);
  const { layout } = source;
  const primitive = planner.fastPrimitive({ kind: "binary", algorithm, src0: layout, src1, dst: layout });
  if (primitive === undefined) return false;
  const operand = { ...planner.alignedRows(other), layout: src1 };
  const target = planner.produce(y!, layout);
  planner.add(primitive, {
    work: "elementwise",
    label: `${node.op} of [${full.shape.join(", ")}] [${other.shape.join(", ")}]`,
    reads: [
      [ARG.src, source],
      [ARG.src1, operand],
    ],
    writes: [[ARG.dst, target]],
    inPlace: [[target, source]],
  });
  return true;
}

/** A loop on the host. */
export function lowerSelect(planner: Planner, node: BoundNode<"select">): void {
  const [y] = node.outputs;
  const offsets = node.inputs.map(({ shape }) => broadcastOffsets(shape, y!.shape));
  lowerLoop(planner, node, ([condition, a, b], [result]) => {
    const at = (operand: number, i: number): number => offsets[operand]?.[i] ?? i;
    for (let i = 0; i < result!.length; i++) {
      result![i] = condition![at(0, i)] === 0 ? b![at(2, i)]! : a![at(1, i)]!;
    }
  });
}

/** Large bytes and integers become floats by the library's reorder; all else in a loop. */
export function lowerCast(planner: Planner, node: BoundNode<"cast">): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const [from, to] = [rowType(planner, x!), elementTypeOf(y!.dtype)];
  const toFloat = to === "f32" && (from === "u8" || from === "s32");
  if (toFloat && sizeOf(y!.shape) >= LARGE) {
    planner.copy(planner.rowMajor(x!), planner.produceRows(y!), `cast to ${y!.dtype}`);
    return;
  }
  const convert = castFunction(to, y!.dtype === "bool");
  lowerLoop(planner, node, ([source], [result]) => {
    for (let i = 0; i < result!.length; i++) result![i] = convert(source![i]!);
  });
}

/** A loop on the host; a label out of range leaves its row zero. */
export function lowerOneHot(planner: Planner, node: BoundNode<"oneHot">): void {
  const { classes } = node.params;
  const rows = planner.rowMajor(node.inputs[0] as BoundValue);
  const result = planner.produceRows(node.outputs[0]!);
  addLoop(planner, node.op, [rows], [result], ([labels], [to]) => {
    for (let i = 0; i < to!.length; i++) to![i] = 0;
    for (let i = 0; i < labels!.length; i++) {
      const label = Number(labels![i]);
      if (label >= 0 && label < classes) to![i * classes + label] = 1;
    }
  });
}
