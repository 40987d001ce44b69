// Reductions: the library folds trailing axes and whole tensors, loops do what is small.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { ARG } from "../ffi/index.ts";
import type { Elements } from "../host/elements.ts";
import { stridedOffsets } from "../host/strided.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { addLoop, lowerLoop } from "./host.ts";

/** Below this many elements a loop is quick enough. */
const LARGE = 16384;
/** Elements that are folded into one partial result. */
const CHUNK = 4096;

type Reduction = "sum" | "max";

/** The library's reduction for large float32 tensors whose trailing or whole axes are reduced, else a loop. */
export function lowerReduction(
  planner: Planner,
  node: BoundNode<"reduceSum"> | BoundNode<"reduceMax">,
): void {
  const reduction = node.op === "reduceSum" ? "sum" : "max";
  const [x] = node.inputs;
  const { axes } = node.params;
  const isLarge = x!.dtype === "float32" && sizeOf(x!.shape) >= LARGE;
  if (isLarge && axes.length === x!.shape.length) {
    reduceAll(planner, node, reduction);
    return;
  }
  const trailing = trailingAxes(x!.shape, axes);
  const folded = sizeOf(x!.shape.slice(x!.shape.length - trailing));
  if (isLarge && trailing > 0 && folded > 1) {
    reduceTrailing(planner, node, reduction, trailing, folded);
    return;
  }
  const indices = keptIndices(x!.shape, axes);
  lowerLoop(planner, node, ([from], [to]) => fold(reduction, from!, indices, to!));
}

/** How many axes at the end are all reduced. */
function trailingAxes({ length }: Shape, axes: readonly number[]): number {
  let count = 0;
  while (count < length && axes.includes(length - 1 - count)) count++;
  return count;
}

/** For each element, row by row, the element of the result that it is folded into. */
function keptIndices(shape: Shape, axes: readonly number[]): Int32Array {
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  return stridedOffsets(shape, strides);
}

/** Sums in float64; an integer's fold stays an integer. */
function fold(reduction: Reduction, from: Elements, indices: Int32Array, to: Elements): void {
  const isBig = to.length > 0 && typeof to[0] === "bigint";
  const start = reduction === "max" ? Number.NEGATIVE_INFINITY : 0;
  const sums: unknown[] = new Array(to.length).fill(isBig && reduction === "sum" ? 0n : start);
  for (let i = 0; i < from.length; i++) {
    const at = indices[i]!;
    const x = from[i]!;
    const sum = sums[at] as number;
    sums[at] = reduction === "sum" ? sum + x : isLess(sum, x) ? x : sum;
  }
  for (let i = 0; i < to.length; i++) to[i] = sums[i] as number;
}

/** NaN is larger than everything, so that it is not lost. */
function isLess(a: number, b: number): boolean {
  return b > a || (b as unknown) !== b;
}

/** All elements, in whatever order they lie: rows of a chunk each, then the rows' results. */
function reduceAll(planner: Planner, node: BoundNode, reduction: Reduction): void {
  const [x] = node.inputs;
  const held = planner.tensor(x!);
  const dense = held.order.startsWith("padded") ? planner.rowMajor(x!) : held;
  const elements = sizeOf(x!.shape);
  const rows = Math.floor(elements / CHUNK);
  const partial = foldRows(planner, dense, 0, rows, CHUNK, reduction);
  const rest = elements - rows * CHUNK;
  const partials =
    rest === 0 ? [partial] : [partial, foldRows(planner, dense, rows * CHUNK, 1, rest, reduction)];
  addLoop(planner, node.op, partials, [planner.produceRows(node.outputs[0]!)], (parts, [to]) => {
    let result = reduction === "max" ? Number.NEGATIVE_INFINITY : 0;
    for (const part of parts) {
      for (let i = 0; i < part.length; i++) {
        const x = part[i]!;
        if (reduction === "sum") result += x;
        else if (isLess(result, x)) result = x;
      }
    }
    to![0] = result;
  });
}

/** Folds `count` rows of `length` elements that begin at element `begin`. */
function foldRows(
  planner: Planner,
  tensor: Tensor,
  begin: number,
  count: number,
  length: number,
  algorithm: Reduction,
): Tensor {
  const { engine } = planner;
  const type = tensor.type === "bf16" ? "bf16" : "f32";
  const bytes = type === "bf16" ? 2 : 4;
  const source = {
    ...tensor,
    byteOffset: tensor.byteOffset + begin * bytes,
    layout: engine.layout(type, [count, length]),
  };
  const partial = planner.allocate([count, 1], engine.layout("f32", [count, 1]));
  const primitive = engine.primitive({
    kind: "reduction",
    algorithm,
    src: source.layout,
    dst: partial.layout!,
  });
  planner.add(primitive, {
    work: "reduction",
    label: `${algorithm} of ${count} rows of ${length}`,
    reads: [[ARG.src, source]],
    writes: [[ARG.dst, partial]],
  });
  return partial;
}

/** The trailing axes by a primitive, any others by a loop. */
function reduceTrailing(
  planner: Planner,
  node: BoundNode<"reduceSum"> | BoundNode<"reduceMax">,
  reduction: Reduction,
  trailing: number,
  folded: number,
): void {
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const lead = x.shape.slice(0, x.shape.length - trailing);
  const partial = foldRows(planner, planner.rowMajor(x), 0, sizeOf(lead), folded, reduction);
  const indices = keptIndices(
    lead,
    node.params.axes.filter((axis) => axis < lead.length),
  );
  addLoop(planner, node.op, [partial], [planner.produceRows(y!)], ([from], [to]) =>
    fold(reduction, from!, indices, to!),
  );
}

/** A loop on the host; of equals the first, and a NaN counts as the largest. */
export function lowerArgMax(planner: Planner, node: BoundNode<"argMax">): void {
  const width = node.inputs[0]!.shape.at(-1)!;
  lowerLoop(planner, node, ([from], [to]) => {
    for (let row = 0; row < to!.length; row++) {
      let best = 0;
      for (let i = 1; i < width; i++) {
        const [x, largest] = [from![row * width + i]!, from![row * width + best]!];
        if (isLess(largest, x) && (largest as unknown) === largest) best = i;
      }
      to![row] = best;
    }
  });
}
