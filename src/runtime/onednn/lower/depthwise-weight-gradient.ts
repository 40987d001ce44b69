// Weight gradients of depthwise convolutions with wide kernels: the library's fast kernel has at most three columns.
import { sizeOf } from "../../../core/index.ts";
import type { BoundValue } from "../../../graph/index.ts";
import { ARG, type OperationOf } from "../ffi/index.ts";
import { imageOf } from "../plan/image.ts";
import { convolutionImage } from "../plan/image-format.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { boxOf } from "./movement.ts";

type WeightGradient = OperationOf<"convolutionBackwardWeights">;

/** The widest kernel that the library has vector code for. */
const COLUMNS = 3;

/** Whether the gradient is better computed by a few columns of the kernel at a time. */
export function isWideDepthwise({ weights, src, dilation }: WeightGradient): boolean {
  const [groups, perGroup, inChannels, , width] = weights.dims;
  const isDepthwise = weights.dims.length === 5 && perGroup === 1 && inChannels === 1;
  return isDepthwise && groups === src.dims[1] && width! > COLUMNS && dilation.every((hole) => hole === 0);
}

/** The columns of the kernel in groups of nearly equal size, none of them wider than the library likes. */
function columnGroups(width: number): readonly (readonly [begin: number, count: number])[] {
  const groups = Math.ceil(width / COLUMNS);
  const bounds = Array.from({ length: groups + 1 }, (_, i) => Math.round((i * width) / groups));
  return bounds.slice(1).map((end, i) => [bounds[i]!, end - bounds[i]!] as const);
}

/** What is needed along an axis: `before` zeros, `kept` elements from `begin` on, zeros up to `needed`. */
interface Span {
  readonly needed: number;
  readonly before: number;
  readonly begin: number;
  readonly kept: number;
}

function spanOf(size: number, needed: number, first: number): Span {
  const [begin, end] = [Math.max(first, 0), Math.min(first + needed, size)];
  return { needed, before: begin - first, begin, kept: end - begin };
}

/**
 * Appends steps for each group of columns, on a copy of the columns of the input that it meets.
 *
 * @param target where the gradient goes; its layout has the axes of `operation.weights`
 */
export function lowerWideDepthwise(
  planner: Planner,
  [x, dy]: readonly [BoundValue, BoundValue],
  operation: WeightGradient,
  target: Tensor,
  label: string,
): void {
  const { engine, images, activation } = planner;
  const { weights, paddingBegin, strides } = operation;
  const [height, width] = weights.dims.slice(-2) as [number, number];
  const source = imageOf(planner, x);
  for (const [begin, count] of columnGroups(width)) {
    const spans = [
      spanOf(x.shape[2]!, (dy.shape[2]! - 1) * strides[0]! + height, -paddingBegin[0]!),
      spanOf(x.shape[3]!, (dy.shape[3]! - 1) * strides[1]! + count, begin - paddingBegin[1]!),
    ];
    const inImage = (of: (span: Span) => number): number[] => [...x.shape.slice(0, 2), ...spans.map(of)];
    const cutShape = inImage(({ needed }) => needed);
    const primitive = engine.primitive({
      ...operation,
      src: convolutionImage(engine, images, activation, cutShape),
      weights: engine.layout("f32", [...weights.dims.slice(0, -1), count], "any"),
      paddingBegin: [0, 0],
      paddingEnd: [0, 0],
    });
    const cut = planner.allocate(cutShape, primitive.layout("src")!);
    if (spans.some(({ needed, kept }) => kept < needed)) planner.fill(cut, 0, `columns of %${x.id}`);
    const shape = inImage(({ kept }) => kept);
    const from = boxOf(planner, source, shape, [0, 0, ...spans.map(({ begin: first }) => first)]);
    const to = boxOf(planner, cut, shape, [0, 0, ...spans.map(({ before }) => before)]);
    planner.copy(from, to, `columns of %${x.id}`);
    const layout = primitive.layout("diffWeights")!;
    const taps = planner.allocate(layout.dims, layout);
    planner.add(primitive, {
      work: "convolution",
      label: `${label}, ${count} columns`,
      reads: [
        [ARG.src, cut],
        [ARG.diffDst, planner.inLayout(dy, primitive.layout("diffDst")!)],
      ],
      writes: [[ARG.diffWeights, taps]],
      flops: 2 * sizeOf(dy.shape) * height * count,
    });
    const part = engine.partOf(target.layout!, layout.dims, [0, 0, 0, 0, begin]);
    planner.copy(taps, { ...target, shape: layout.dims, layout: part }, "columns of the kernel");
  }
}
