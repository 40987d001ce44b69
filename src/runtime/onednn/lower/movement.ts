// Ops that move elements: reshape is another view, the others gather.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { broadcastStrides, stridedOffsets } from "../host/strided.ts";
import type { Planner } from "../plan/planner.ts";
import { dnnlDims, ROW_MAJOR } from "../plan/tensor.ts";
import { addLoop, lowerLoop } from "./host.ts";

/** The same memory, where it lies row by row; else a copy that does. */
export function lowerReshape(planner: Planner, node: BoundNode<"reshape">): void {
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const held = planner.tensor(x);
  const rows = held.order === ROW_MAJOR ? held : planner.rowMajor(x, held.type);
  const layout = rows.type === "s64" ? undefined : planner.engine.layout(rows.type, dnnlDims(y!.shape));
  planner.hold(y!, { ...rows, shape: y!.shape, layout });
}

/** Elements of the operand at `offsets`. */
function lowerGather(planner: Planner, node: BoundNode, offsets: Int32Array): void {
  lowerLoop(planner, node, ([from], [to]) => {
    for (let i = 0; i < to!.length; i++) to![i] = from![offsets[i]!]!;
  });
}

/** A gather, in a loop on the host. */
export function lowerTranspose(planner: Planner, node: BoundNode<"transpose">): void {
  const { permutation } = node.params;
  const strides = stridesOf(node.inputs[0]!.shape);
  lowerGather(
    planner,
    node,
    stridedOffsets(
      node.outputs[0]!.shape,
      permutation.map((axis) => strides[axis]!),
    ),
  );
}

/** A gather, in a loop on the host; a scalar is written everywhere. */
export function lowerBroadcast(planner: Planner, node: BoundNode<"broadcastTo">): void {
  const { shape } = node.params;
  if (sizeOf(node.inputs[0]!.shape) === 1) {
    lowerLoop(planner, node, ([from], [to]) => {
      for (let i = 0; i < to!.length; i++) to![i] = from![0]!;
    });
    return;
  }
  lowerGather(planner, node, stridedOffsets(shape, broadcastStrides(node.inputs[0]!.shape, shape)));
}

/** A gather, in a loop on the host. */
export function lowerSlice(planner: Planner, node: BoundNode<"slice">): void {
  const strides = stridesOf(node.inputs[0]!.shape);
  const base = node.params.starts.reduce((sum, start, axis) => sum + start * strides[axis]!, 0);
  lowerGather(planner, node, stridedOffsets(node.outputs[0]!.shape, strides, base));
}

/** Scatters each part to its places, in a loop on the host. */
export function lowerConcat(planner: Planner, node: BoundNode<"concat">): void {
  const { axis } = node.params;
  const shape = node.outputs[0]!.shape;
  let begin = 0;
  const places = node.inputs.map((part) => {
    const offsets = boxOffsets(shape, part.shape, axis, begin);
    begin += part.shape[axis]!;
    return offsets;
  });
  lowerLoop(planner, node, (parts, [to]) => {
    for (const [i, part] of parts.entries()) {
      const offsets = places[i]!;
      for (let at = 0; at < part.length; at++) to![offsets[at]!] = part[at]!;
    }
  });
}

/** Where the elements of a box that begins at `begin` along `axis` lie in a tensor of shape `whole`. */
function boxOffsets(whole: Shape, box: Shape, axis: number, begin: number): Int32Array {
  const strides = stridesOf(whole);
  return stridedOffsets(box, strides, begin * strides[axis]!);
}

/** Fills the result and scatters the operand into it, in a loop on the host. */
export function lowerPad(planner: Planner, node: BoundNode<"pad">): void {
  const { before, value } = node.params;
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const strides = stridesOf(y!.shape);
  const base = before.reduce((sum, count, axis) => sum + count * strides[axis]!, 0);
  const offsets = stridedOffsets(x.shape, strides, base);
  const fill = (y!.dtype === "int64" ? BigInt(value) : value) as number;
  addLoop(planner, node.op, [planner.rowMajor(x)], [planner.produceRows(y!)], ([from], [to]) => {
    for (let i = 0; i < to!.length; i++) to![i] = fill;
    for (let i = 0; i < from!.length; i++) to![offsets[i]!] = from![i]!;
  });
}
