// Resizing inside an ONNX graph: two matrix products whose weights are worked out from the picture's size.
import { float32 } from "../../core/index.ts";
import type { Emitter } from "../../onnx/index.ts";
import { FILTERS, type Filter } from "./filters.ts";
import { type PictureValue, planesOf, toFloat, toWhole, type Whole } from "./picture.ts";

/** What is taken of an axis: it is brought to `size`, and of that `length` pixels from `offset` on, which may lie outside. */
export interface AxisWindow {
  readonly size: Whole;
  readonly offset: Whole;
  readonly length: Whole;
}

/** How both axes are resampled, and the colour of what lies outside. */
export interface Resampling {
  readonly rows: AxisWindow;
  readonly columns: AxisWindow;
  readonly filter: Filter;
  /** Red, green, blue, 0 to 255; default black. */
  readonly fill?: readonly [number, number, number] | undefined;
}

/** Weights of an axis, and the pixels of it that have any. */
interface AxisWeights {
  /** float32 [length, last - first] */
  readonly matrix: string;
  readonly first: Whole;
  readonly last: Whole;
  /** bool [length, 1]: whether it lies inside. */
  readonly inside: string;
}

/** As Pillow resizes: each axis by the filter, widened where the picture shrinks; rounded to 8 bits after each; columns first. */
export function resample(
  emit: Emitter,
  picture: PictureValue,
  { rows, columns, filter, fill }: Resampling,
): PictureValue {
  const across = axisWeights(emit, picture.width, columns, filter);
  const down = axisWeights(emit, picture.height, rows, filter);
  const axes = picture.layout === "rows" ? [1, 2] : [2, 3];
  const seen = emit.node("Slice", [
    picture.name,
    emit.concat([down.first, across.first], 0),
    emit.concat([down.last, across.last], 0),
    emit.integers(axes),
  ]);
  const planes = planesOf(emit, { ...picture, name: seen });
  const wide = levels(emit, emit.node("MatMul", [planes, emit.transpose(across.matrix, [1, 0])]));
  const resized = levels(emit, emit.node("MatMul", [down.matrix, wide]));
  return {
    layout: "planes",
    name: fill === undefined ? resized : filled(emit, resized, down.inside, across.inside, fill),
    height: rows.length,
    width: columns.length,
  };
}

/** The axis as it is. */
export function wholeAxis(emit: Emitter, size: Whole): AxisWindow {
  return { size, offset: emit.integers([0]), length: size };
}

/** The filter that leaves an axis of unchanged size as it is. */
export const UNCHANGED: Filter = FILTERS.bilinear;

function axisWeights(emit: Emitter, inSize: Whole, window: AxisWindow, filter: Filter): AxisWeights {
  const { size, offset, length } = window;
  const scale = emit.node("Div", [toFloat(emit, inSize), toFloat(emit, size)]);
  const widening = emit.node("Max", [scale, emit.scalar(1)]);
  const position = emit.add(range(emit, emit.integers([0]), length), offset);
  const center = emit.mul(emit.add(toFloat(emit, position), emit.scalar(0.5)), scale);
  const reach = emit.mul(widening, emit.scalar(filter.support));
  const lowest = emit.sub(emit.slice(center, [0], [0], [1]), reach);
  const highest = emit.add(emit.slice(center, [0], [-1], [Number.MAX_SAFE_INTEGER]), reach);
  const inAxis = (value: Whole): Whole =>
    emit.node("Min", [emit.node("Max", [value, emit.integers([0])]), inSize]);
  const first = inAxis(toWhole(emit, emit.node("Floor", [lowest])));
  const last = inAxis(toWhole(emit, emit.node("Ceil", [highest])));
  const middle = emit.add(toFloat(emit, range(emit, first, last)), emit.scalar(0.5));
  const column = (vector: string): string => emit.node("Unsqueeze", [vector, emit.integers([1])]);
  const distance = emit.node("Div", [emit.sub(middle, column(center)), widening]);
  const weights = filter.weights(emit, distance);
  const shares = emit.node("Div", [weights, emit.reduceSum(weights, [1], true)]);
  const notBefore = emit.node("GreaterOrEqual", [position, emit.integers([0])]);
  const notBehind = emit.node("Less", [position, size]);
  const inside = column(emit.node("And", [notBefore, notBehind]));
  return { matrix: emit.node("Where", [inside, shares, emit.scalar(0)]), first, last, inside };
}

/** from, from + 1, ..., to - 1 */
function range(emit: Emitter, from: Whole, to: Whole): string {
  const count = (value: Whole): string => emit.node("Squeeze", [value]);
  return emit.node("Range", [count(from), count(to), count(emit.integers([1]))]);
}

/** Rounded to whole levels of 8 bits, halves up. */
function levels(emit: Emitter, name: string): string {
  const whole = emit.node("Floor", [emit.add(name, emit.scalar(0.5))]);
  return emit.node("Clip", [whole, emit.scalar(0), emit.scalar(255)]);
}

function filled(
  emit: Emitter,
  planes: string,
  rowInside: string,
  columnInside: string,
  fill: readonly number[],
): string {
  const inside = emit.node("And", [rowInside, emit.transpose(columnInside, [1, 0])]);
  return emit.node("Where", [inside, planes, emit.constant("fill", float32([3, 1, 1], fill))]);
}
