// Elementwise nodes that no unit of primitives takes: small ones, integers, comparisons, odd broadcasts.
import { geluSlope, sizeOf } from "../../../core/index.ts";
import type { BinaryOp, BoundNode, BoundValue, CompareOp, UnaryOp } from "../../../graph/index.ts";
import type { BinaryAlgorithm } from "../ffi/index.ts";
import type { Elements } from "../host/elements.ts";
import { binaryFunction, castFunction, UNARY } from "../host/elementwise.ts";
import { broadcastOffsets } from "../host/strided.ts";
import { elementTypeOf } from "../plan/element-type.ts";
import type { Planner } from "../plan/planner.ts";
import { lowerBroadcast } from "./broadcast.ts";
import { addLoop, lowerLoop, rowType } from "./host.ts";

/** A loop on the host. */
export function lowerUnary(planner: Planner, node: BoundNode): void {
  const f = UNARY[node.op as UnaryOp];
  lowerLoop(planner, node, ([x], [y]) => {
    for (let i = 0; i < y!.length; i++) y![i] = f(x![i]!);
  });
}

/** A loop on the host. */
export function lowerGeluGrad(planner: Planner, node: BoundNode<"geluGrad">): void {
  lowerLoop(planner, node, ([dy, x], [dx]) => {
    for (let i = 0; i < dx!.length; i++) dx![i] = dy![i]! * geluSlope(x![i]!);
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
/** The same for operations that a loop would have to reorder images for. */
const FEWEST_ELEMENTS = 2048;

/** The library's primitive for large results where it takes the operands' shapes, else a loop. */
export function lowerBinary(planner: Planner, node: BoundNode): void {
  const op = node.op as BinaryOp | CompareOp;
  const [a, b] = node.inputs;
  const [y] = node.outputs;
  const algorithm = BROADCAST[op];
  const isLarge = algorithm !== undefined && sizeOf(y!.shape) >= FEWEST_ELEMENTS;
  if (isLarge && lowerBroadcast(planner, node, algorithm)) return;
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
