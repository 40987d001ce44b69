// Sums and maxima by the library's primitives: of runs of elements by its reduction, of windows by its pooling.
import { ARG, type Layout } from "../ffi/index.ts";
import { ELEMENT_BYTES } from "../plan/element-type.ts";
import { channelsLast } from "../plan/image-format.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** What a fold makes of many elements. */
export type Fold = "sum" | "max";

/** Places that one window folds at most: sums of sums are quicker, as threads share them, and more precise. */
const WINDOW = 256;

/** Folds `count` runs of `length` elements that begin at element `begin`: [count, 1]. */
export function foldRuns(
  planner: Planner,
  tensor: Tensor,
  begin: number,
  count: number,
  length: number,
  algorithm: Fold,
): Tensor {
  const { engine } = planner;
  const type = tensor.type === "bf16" ? "bf16" : "f32";
  const source = {
    ...tensor,
    byteOffset: tensor.byteOffset + begin * ELEMENT_BYTES[type],
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

/** Folds the middle axis of [outer, count, inner], which lies row by row: [outer, inner], maybe with axes of 1 between. */
export function foldWindows(
  planner: Planner,
  tensor: Tensor,
  [outer, count, inner]: readonly [number, number, number],
  fold: Fold,
): Tensor {
  const { engine } = planner;
  const window = windowOf(outer, count);
  const [windows, rest] = [Math.floor(count / window), count % window];
  const parts = windows + (rest > 0 ? 1 : 0);
  const partial = planner.allocate([outer, parts, inner], engine.layout("f32", [outer, parts, inner]));
  // A picture for each window, a place of it for each element of the middle axis, a channel for each of the last.
  const fill = (begin: number, pictures: number, size: number, at: number): void => {
    const picture = (of: Tensor, first: number, height: number): Tensor => {
      const shape = [pictures, inner, height, 1];
      return planner.view(of, shape, channelsLast(engine, "f32", shape), first * inner);
    };
    const target = picture(partial, at, 1);
    addPooling(planner, picture(tensor, begin, size), target.layout!, [size, 1], fold, target);
  };
  fill(0, outer * windows, window, 0);
  if (rest > 0) fill(windows * window, 1, rest, windows);
  return parts === 1 ? partial : foldWindows(planner, partial, [outer, parts, inner], fold);
}

/** Places that a window folds; the rows of several outer indices must divide into windows. */
function windowOf(outer: number, count: number): number {
  if (count <= WINDOW) return count;
  if (outer === 1) return WINDOW;
  let window = WINDOW;
  while (count % window !== 0) window--;
  return window > 1 ? window : count;
}

/** Folds the places of an image that lies in a layout of kernels: [N, C, 1, 1], row by row. */
export function foldMaps(planner: Planner, image: Tensor, fold: Fold): Tensor {
  const { engine } = planner;
  const [samples, channels, height, width] = image.shape as readonly [number, number, number, number];
  const shape = [samples, channels, 1, 1];
  const isBlocked = image.layout!.blocks.length > 0;
  const layout = isBlocked ? engine.layout("f32", shape, "any") : channelsLast(engine, "f32", shape);
  const folded = addPooling(planner, image, layout, [height, width], fold);
  return planner.view(folded, shape, engine.layout("f32", shape));
}

/** @param into where the result goes; default: new memory in the primitive's own layout */
function addPooling(
  planner: Planner,
  source: Tensor,
  layout: Layout,
  window: readonly [number, number],
  fold: Fold,
  into?: Tensor,
): Tensor {
  const primitive = planner.engine.primitive(
    {
      kind: "poolingForward",
      algorithm: fold === "sum" ? "average" : "max",
      training: false,
      src: source.layout!,
      dst: layout,
      kernel: window,
      strides: window,
      dilation: [0, 0],
      paddingBegin: [0, 0],
      paddingEnd: [0, 0],
    },
    fold === "sum" ? [{ kind: "eltwise", algorithm: "linear", alpha: window[0] * window[1], beta: 0 }] : [],
  );
  const own = primitive.layout("dst")!;
  const target = into ?? planner.allocate(own.dims, own);
  planner.add(primitive, {
    work: "reduction",
    label: `${fold} over ${window.join("x")} of [${source.shape.join(", ")}]`,
    reads: [[ARG.src, source]],
    writes: [[ARG.dst, target]],
  });
  return target;
}
