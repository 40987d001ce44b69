// Convolutions whose outer taps meet nothing but padding, as on the small maps at the end of a network.
import type { Shape } from "../../../core/index.ts";
import type { Conv2dParams } from "../../../graph/index.ts";
import type { ConvolutionGeometry, Layout } from "../ffi/index.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** What a primitive computes of a convolution: all of it, or that with the kernel's taps that count. */
export interface ConvolutionForm {
  readonly geometry: ConvolutionGeometry;
  /** Weights as the library sees them: with groups an axis of their own. */
  readonly weights: readonly number[];
  /** Where the kernel is cut, if it is. */
  readonly crop?: { readonly begin: readonly number[]; readonly whole: readonly number[] };
}

/** The convolution with its whole kernel. */
export function wholeForm(
  { stride, padding, dilation, groups }: Conv2dParams,
  [outputs, ...rest]: Shape,
): ConvolutionForm {
  return {
    geometry: {
      strides: stride,
      dilation: dilation.map((step) => step - 1),
      paddingBegin: padding,
      paddingEnd: padding,
    },
    weights: groups === 1 ? [outputs!, ...rest] : [groups, outputs! / groups, ...rest],
  };
}

/** @param y shape of the result */
export function convolutionForm(params: Conv2dParams, x: Shape, weight: Shape, y: Shape): ConvolutionForm {
  const whole = wholeForm(params, weight);
  const { stride, padding, dilation } = params;
  const taps = [0, 1].map((axis) =>
    tapsThatCount(x[axis + 2]!, y[axis + 2]!, weight[axis + 2]!, [
      stride[axis]!,
      padding[axis]!,
      dilation[axis]!,
    ]),
  );
  if (taps.every((cut) => cut === undefined || cut.isWhole) || taps.includes(undefined)) return whole;
  const cuts = taps as readonly Taps[];
  const channels = whole.weights.slice(0, -2);
  return {
    geometry: {
      ...whole.geometry,
      paddingBegin: cuts.map(({ paddingBegin }) => paddingBegin),
      paddingEnd: cuts.map(({ paddingEnd }) => paddingEnd),
    },
    weights: [...channels, ...cuts.map(({ count }) => count)],
    crop: {
      begin: [...channels.map(() => 0), ...cuts.map(({ first }) => first)],
      whole: whole.weights,
    },
  };
}

interface Taps {
  readonly isWhole: boolean;
  readonly first: number;
  readonly count: number;
  readonly paddingBegin: number;
  readonly paddingEnd: number;
}

/** The taps along one axis that meet the input for some output; undefined where they cannot be cut out. */
function tapsThatCount(
  input: number,
  output: number,
  kernel: number,
  [stride, padding, dilation]: readonly [number, number, number],
): Taps | undefined {
  const counts = Array.from({ length: kernel }, (_, tap) => {
    const begin = tap * dilation - padding;
    // The first output at which the tap lies in or behind the input's begin.
    const first = Math.max(0, Math.ceil(-begin / stride));
    return first < output && begin + first * stride < input;
  });
  const first = counts.indexOf(true);
  const count = counts.lastIndexOf(true) - first + 1;
  if (first < 0) return undefined;
  const paddingBegin = padding - first * dilation;
  const paddingEnd = (output - 1) * stride + (count - 1) * dilation + 1 - input - paddingBegin;
  if (count === kernel) return { isWhole: true, first, count, paddingBegin: padding, paddingEnd: padding };
  if (paddingBegin < 0 || paddingEnd < 0) return undefined;
  return { isWhole: false, first, count, paddingBegin, paddingEnd };
}

/** The taps that count of weights that lie in memory as a whole. */
export function tapsOf(planner: Planner, { crop, weights }: ConvolutionForm): (whole: Tensor) => Tensor {
  return (whole) => {
    const layout = planner.engine.partOf(inDims(planner, whole.layout!, crop!.whole), weights, crop!.begin);
    return { ...whole, shape: weights, layout, order: `part ${layout.key}` };
  };
}

/** The layout with the library's dimensions of weights; row by row they may lack the axis of groups. */
function inDims(planner: Planner, layout: Layout, dims: readonly number[]): Layout {
  return layout.dims.length === dims.length ? layout : planner.engine.layout(layout.type, dims);
}

/** Appends steps that put the gradient of the taps that count into that of the whole kernel, 0 elsewhere. */
export function putTaps(planner: Planner, form: ConvolutionForm, taps: Tensor, whole: Tensor): void {
  planner.fill(whole, 0, `[${whole.shape.join(", ")}]`);
  planner.copy(taps, tapsOf(planner, form)(whole), "taps");
}
