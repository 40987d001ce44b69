// Ops that move elements: views of the same memory where that will do, else copies by the library's reorders.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import type { Layout } from "../ffi/index.ts";
import type { Elements } from "../host/elements.ts";
import { broadcastStrides, stridedOffsets } from "../host/strided.ts";
import { preferredImage } from "../plan/image.ts";
import type { Planner } from "../plan/planner.ts";
import { dnnlDims, ROW_MAJOR, type Tensor } from "../plan/tensor.ts";
import { addLoop, lowerLoop } from "./host.ts";

/** A tensor with a layout that has the value's own axes; undefined for types that the library does not know. */
function withAxes(planner: Planner, value: BoundValue): (Tensor & { readonly layout: Layout }) | undefined {
  const held = planner.readable(value);
  if (held.layout === undefined) return undefined;
  const fits = held.layout.dims.join() === value.shape.join() && held.layout.format === "blocked";
  const tensor = fits ? held : planner.rowMajor(value, held.type);
  return { ...tensor, layout: tensor.layout! };
}

/** The same memory where its layout allows it; else a copy row by row. */
export function lowerReshape(planner: Planner, node: BoundNode<"reshape">): void {
  const [x] = node.inputs as readonly [BoundValue];
  const { shape } = node.outputs[0]!;
  const held = planner.readable(x);
  if (held.order !== ROW_MAJOR && held.layout !== undefined && sizeOf(shape) > 0) {
    const layout = planner.engine.reshaped(held.layout, dnnlDims(shape));
    if (layout !== undefined) {
      planner.hold(node.outputs[0]!, planner.view(held, shape, layout));
      return;
    }
  }
  const rows = held.order === ROW_MAJOR ? held : planner.rowMajor(x, held.type);
  const layout = rows.type === "s64" ? undefined : planner.engine.layout(rows.type, dnnlDims(shape));
  planner.hold(node.outputs[0]!, { ...rows, shape, layout });
}

/** The same memory with its axes named in another order. */
export function lowerTranspose(planner: Planner, node: BoundNode<"transpose">): void {
  const { permutation } = node.params;
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const held = withAxes(planner, x);
  if (held === undefined) {
    const strides = stridesOf(x.shape);
    const permuted = permutation.map((axis) => strides[axis]!);
    lowerGather(planner, node, stridedOffsets(y!.shape, permuted));
    return;
  }
  const places = permutation.map((_, axis) => permutation.indexOf(axis));
  planner.hold(y!, planner.view(held, y!.shape, planner.engine.permuted(held.layout, places)));
}

/** Elements of the operand at `offsets`, in a loop on the host. */
function lowerGather(planner: Planner, node: BoundNode, offsets: Int32Array): void {
  lowerLoop(planner, node, ([from], [to]) => {
    for (let i = 0; i < to!.length; i++) to![i] = from![offsets[i]!]!;
  });
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

/** The part of the operand's memory. */
export function lowerSlice(planner: Planner, node: BoundNode<"slice">): void {
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const { starts } = node.params;
  const held = withAxes(planner, x);
  if (held === undefined) {
    const strides = stridesOf(x.shape);
    const base = starts.reduce((sum, start, axis) => sum + start * strides[axis]!, 0);
    lowerGather(planner, node, stridedOffsets(y!.shape, strides, base));
    return;
  }
  const whole = isWholeBlocks(held.layout, y!.shape, starts) ? held : planner.rowMajor(x, held.type);
  planner.hold(y!, boxOf(planner, whole, y!.shape, starts));
}

/** Whether a box of that shape at `starts` has none of the layout's inner blocks in part. */
function isWholeBlocks({ blocks }: Layout, shape: Shape, starts: readonly number[]): boolean {
  return blocks.every(([axis, size]) => starts[axis]! % size === 0 && shape[axis]! % size === 0);
}

/** The box of that shape that begins at `starts`, in the same memory; its layout's blocks must be whole. */
export function boxOf(
  planner: Planner,
  { layout, ...whole }: Tensor,
  shape: Shape,
  starts: readonly number[],
): Tensor {
  const { engine } = planner;
  const { blocks, strides, type } = layout!;
  const blockOf = starts.map((_, axis) =>
    blocks.reduce((size, [blocked, block]) => (blocked === axis ? size * block : size), 1),
  );
  const begin = starts.reduce((sum, start, axis) => sum + (start / blockOf[axis]!) * strides[axis]!, 0);
  const box =
    blocks.length === 0
      ? engine.layout(type, shape, strides)
      : engine.partOf(
          layout!,
          shape,
          starts.map(() => 0),
        );
  return planner.view({ ...whole, layout }, shape, box, begin);
}

/** Copies each part to its place. */
export function lowerConcat(planner: Planner, node: BoundNode<"concat">): void {
  const { axis } = node.params;
  const [y] = node.outputs;
  const parts = node.inputs.map((part) => withAxes(planner, part));
  const begins = node.inputs.map((_, i) =>
    node.inputs.slice(0, i).reduce((sum, { shape }) => sum + shape[axis]!, 0),
  );
  const startsOf = (i: number): number[] => y!.shape.map((_, at) => (at === axis ? begins[i]! : 0));
  if (parts.includes(undefined)) {
    const places = node.inputs.map((part, i) => boxOffsets(y!.shape, part.shape, startsOf(i)));
    lowerLoop(planner, node, (from, [to]) => {
      for (const [i, part] of from.entries()) scatter(part, to!, places[i]!);
    });
    return;
  }
  const target = planner.produce(y!, joinedLayout(planner, node, parts as readonly Tensor[]));
  for (const [i, part] of parts.entries()) {
    planner.copy(part!, boxOf(planner, target, part!.shape, startsOf(i)), `part ${i} of %${y!.id}`);
  }
}

/** The layout that kernels like where an image's parts have it already and consist of whole blocks, else rows. */
function joinedLayout(planner: Planner, node: BoundNode<"concat">, parts: readonly Tensor[]): Layout {
  const { shape } = node.outputs[0]!;
  const type = parts.some((part) => part.type === "bf16") ? "bf16" : parts[0]!.type;
  const rows = planner.engine.layout(type as "f32", shape);
  if (shape.length !== 4 || !parts.some(({ layout }) => layout!.blocks.length > 0)) return rows;
  const layout = preferredImage(planner, shape);
  const zeros = shape.map(() => 0);
  return parts.every((part) => isWholeBlocks(layout, part.shape, zeros)) ? layout : rows;
}

/** Where the elements of a box that begins at `starts` lie in a tensor of shape `whole`. */
function boxOffsets(whole: Shape, box: Shape, starts: readonly number[]): Int32Array {
  const strides = stridesOf(whole);
  return stridedOffsets(
    box,
    strides,
    starts.reduce((sum, start, axis) => sum + start * strides[axis]!, 0),
  );
}

function scatter(from: Elements, to: Elements, places: Int32Array): void {
  for (let i = 0; i < from.length; i++) to[places[i]!] = from[i]!;
}

/** Fills the result and copies the operand into it. */
export function lowerPad(planner: Planner, node: BoundNode<"pad">): void {
  const { before, value } = node.params;
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const held = withAxes(planner, x);
  if (held === undefined) {
    const offsets = boxOffsets(y!.shape, x.shape, before);
    const fill = BigInt(value) as unknown as number;
    addLoop(planner, node.op, [planner.rowMajor(x)], [planner.produceRows(y!)], ([from], [to]) => {
      for (let i = 0; i < to!.length; i++) to![i] = fill;
      scatter(from!, to!, offsets);
    });
    return;
  }
  const type = held.type === "bf16" ? "f32" : held.type;
  const target = planner.produceRows(y!, type);
  planner.fill(target, value, `%${y!.id}`);
  planner.copy(held, boxOf(planner, target, x.shape, before), `%${x.id}`);
}
