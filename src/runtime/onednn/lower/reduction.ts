// Reductions: the library folds one block of adjoining axes after another; loops do what is small.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import type { Elements } from "../host/elements.ts";
import { stridedOffsets } from "../host/strided.ts";
import { isBlockedByChannels, isChannelsLast } from "../plan/image.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { type Fold, foldMaps, foldRuns, foldWindows } from "./fold.ts";
import { addLoop, lowerLoop } from "./host.ts";

/** Below this many elements a loop is quick enough. */
const LARGE = 16384;
/** Elements that are folded into one partial result. */
const CHUNK = 4096;

/** The library's primitives for large float32 tensors, else a loop. */
export function lowerReduction(
  planner: Planner,
  node: BoundNode<"reduceSum"> | BoundNode<"reduceMax">,
): void {
  const fold = node.op === "reduceSum" ? "sum" : "max";
  const [x] = node.inputs as readonly [BoundValue];
  const { axes } = node.params;
  const isLarge = x.dtype === "float32" && sizeOf(x.shape) >= LARGE;
  if (isLarge && axes.length === x.shape.length) reduceAll(planner, node, fold);
  else if (isLarge && axes.some((axis) => x.shape[axis]! > 1)) reduceBlocks(planner, node, fold);
  else {
    const indices = keptIndices(x.shape, axes);
    lowerLoop(planner, node, ([from], [to]) => foldInto(fold, from!, indices, to!));
  }
}

/** For each element, row by row, the element of the result that it is folded into. */
function keptIndices(shape: Shape, axes: readonly number[]): Int32Array {
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  return stridedOffsets(shape, strides);
}

/** Sums in float64; an integer's fold stays an integer. */
function foldInto(fold: Fold, from: Elements, indices: Int32Array, to: Elements): void {
  const isBig = to.length > 0 && typeof to[0] === "bigint";
  const start = fold === "max" ? Number.NEGATIVE_INFINITY : 0;
  const sums: unknown[] = new Array(to.length).fill(isBig && fold === "sum" ? 0n : start);
  for (let i = 0; i < from.length; i++) {
    const at = indices[i]!;
    const x = from[i]!;
    const sum = sums[at] as number;
    sums[at] = fold === "sum" ? sum + x : isLess(sum, x) ? x : sum;
  }
  for (let i = 0; i < to.length; i++) to[i] = sums[i] as number;
}

/** NaN is larger than everything, so that it is not lost. */
function isLess(a: number, b: number): boolean {
  return b > a || (b as unknown) !== b;
}

/** All elements, in whatever order they lie: rows of a chunk each, then the rows' results. */
function reduceAll(planner: Planner, node: BoundNode, fold: Fold): void {
  const [x] = node.inputs as readonly [BoundValue];
  const held = planner.tensor(x);
  const dense = held.order.startsWith("padded") ? planner.rowMajor(x) : held;
  const elements = sizeOf(x.shape);
  const rows = Math.floor(elements / CHUNK);
  const partial = foldRuns(planner, dense, 0, rows, CHUNK, fold);
  const rest = elements - rows * CHUNK;
  const partials = rest === 0 ? [partial] : [partial, foldRuns(planner, dense, rows * CHUNK, 1, rest, fold)];
  addLoop(planner, node.op, partials, [planner.produceRows(node.outputs[0]!)], (parts, [to]) => {
    let result = fold === "max" ? Number.NEGATIVE_INFINITY : 0;
    for (const part of parts) {
      for (let i = 0; i < part.length; i++) {
        const x = part[i]!;
        if (fold === "sum") result += x;
        else if (isLess(result, x)) result = x;
      }
    }
    to![0] = result;
  });
}

/** Blocks of adjoining axes, the last first, until little is left for a loop. */
function reduceBlocks(
  planner: Planner,
  node: BoundNode<"reduceSum"> | BoundNode<"reduceMax">,
  fold: Fold,
): void {
  const [x] = node.inputs as readonly [BoundValue];
  const { axes } = node.params;
  let rest = axes.filter((axis) => x.shape[axis]! > 1);
  let tensor = mapsFolded(planner, x, axes, fold);
  if (tensor === undefined) tensor = planner.rowMajor(x, "f32");
  else rest = rest.filter((axis) => axis < 2);
  while (rest.length > 0 && sizeOf(tensor.shape) >= LARGE) {
    const end = rest.at(-1)! + 1;
    let begin = end - 1;
    while (begin > 0 && rest.includes(begin - 1)) begin--;
    tensor = foldAxes(planner, tensor, begin, end, fold);
    rest = rest.filter((axis) => axis < begin);
  }
  const indices = keptIndices(tensor.shape, rest);
  addLoop(planner, node.op, [tensor], [planner.produceRows(node.outputs[0]!)], ([from], [to]) =>
    foldInto(fold, from!, indices, to!),
  );
}

/** [N, C, 1, 1] of an image all of whose places are reduced and that does not lie row by row, as it is held. */
function mapsFolded(
  planner: Planner,
  x: BoundValue,
  axes: readonly number[],
  fold: Fold,
): Tensor | undefined {
  const held = planner.tensor(x);
  if (x.shape.length !== 4 || !axes.includes(2) || !axes.includes(3) || held.type !== "f32") return undefined;
  const lies = planner.readable(x) === held && (isBlockedByChannels(held) || isChannelsLast(held, planner));
  return lies ? foldMaps(planner, held, fold) : undefined;
}

/** Folds axes `begin` to `end` of a tensor that lies row by row; they stay with size 1. */
function foldAxes(planner: Planner, tensor: Tensor, begin: number, end: number, fold: Fold): Tensor {
  const { shape } = tensor;
  const [outer, inner] = [sizeOf(shape.slice(0, begin)), sizeOf(shape.slice(end))];
  const count = sizeOf(shape.slice(begin, end));
  const folded =
    inner === 1
      ? foldRuns(planner, tensor, 0, outer, count, fold)
      : foldWindows(planner, tensor, [outer, count, inner], fold);
  const kept = shape.map((dim, axis) => (axis >= begin && axis < end ? 1 : dim));
  return planner.view(folded, kept, planner.engine.layout("f32", kept));
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
