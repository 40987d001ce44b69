// The gradient of a convolution's weight, as matrix products over the batch's positions.
import { type Shape, sizeOf } from "../../core/index.ts";
import { type Conv2dWeightGradParams, fixedShape, type Pair, windowCount } from "../../graph/index.ts";
import type { Attributes, Emitter } from "./emitter.ts";
import type { Lowering } from "./lowering.ts";
import { padMaps, taps } from "./windows.ts";

/** The convolution whose weight it is, with shapes of its input and its output. */
interface ShapedConvolution extends Conv2dWeightGradParams {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

interface WeightGradient extends ShapedConvolution {
  readonly x: string;
  readonly dy: string;
}

type Method = (emit: Emitter, gradient: WeightGradient) => string;

function kernelOf({ weightShape }: ShapedConvolution): Pair {
  return [weightShape[2]!, weightShape[3]!];
}

function tapsOf(emit: Emitter, maps: string, gradient: WeightGradient): string[] {
  const { outputShape, stride, dilation, padding } = gradient;
  const positions: Pair = [outputShape[2]!, outputShape[3]!];
  return taps(emit, padMaps(emit, maps, padding), {
    kernel: kernelOf(gradient),
    stride,
    dilation,
    positions,
  });
}

/** Sums [N, groups, O / groups, C / groups] over the batch into one column [O, C / groups, 1] of the result. */
function columnOf(emit: Emitter, products: string, { weightShape }: WeightGradient): string {
  return emit.reshape(emit.reduceSum(products, [0], false), [weightShape[0]!, weightShape[1]!, 1]);
}

/**
 * One product for the whole batch: dy [O, N H' W'] times the windows [C kH kW, N H' W'] transposed. For small
 * maps, where copying all windows costs little and one long product is fast.
 */
const gathered: Method = (emit, gradient) => {
  const { x, dy, inputShape, outputShape, weightShape, groups } = gradient;
  const channels = inputShape[1]!;
  const [outputs, length] = [outputShape[1]!, sizeOf(outputShape) / outputShape[1]!];
  const parts = tapsOf(emit, emit.transpose(x, [1, 0, 2, 3]), gradient);
  const rows = (weightShape[1]! * sizeOf(weightShape)) / (weightShape[0]! * weightShape[1]!);
  const windows = emit.concat(
    parts.map((part) => emit.reshape(part, [channels, 1, length])),
    1,
  );
  const left = emit.transpose(dy, [1, 0, 2, 3]);
  const product =
    groups === 1
      ? emit.gemm(emit.reshape(left, [outputs, length]), emit.reshape(windows, [rows, length]), false, true)
      : emit.batchedMatmul(
          emit.reshape(left, [groups, outputs / groups, length]),
          emit.reshape(windows, [groups, rows, length]),
          false,
          true,
        );
  return emit.reshape(product, weightShape);
};

/** One product per tap and image, summed over the batch. */
const perTap: Method = (emit, gradient) => {
  const { x, dy, inputShape, outputShape, weightShape, groups } = gradient;
  const [batch, outputs] = outputShape as [number, number];
  const positions = outputShape[2]! * outputShape[3]!;
  const left = emit.reshape(dy, [batch, groups, outputs / groups, positions]);
  const columns = tapsOf(emit, x, gradient).map((part) => {
    const right = emit.reshape(part, [batch, groups, inputShape[1]! / groups, positions]);
    return columnOf(emit, emit.batchedMatmul(left, right, false, true), gradient);
  });
  return emit.reshape(emit.concat(columns, 2), weightShape);
};

/**
 * As `perTap`, but with kW copies of x shifted along columns and kH copies of dy shifted along rows, whose
 * pairs are all the taps: kH + kW copies instead of kH kW. Stride 1 only.
 */
const rowsAndColumns: Method = (emit, gradient) => {
  const { x, dy, inputShape, outputShape, weightShape, groups, padding, dilation } = gradient;
  const [batch, outputs, height, width] = outputShape as [number, number, number, number];
  const kernel = kernelOf(gradient);
  const paddedHeight = inputShape[2]! + 2 * padding[0];
  const positions = paddedHeight * width;
  const padded = padMaps(emit, x, padding);
  const columns = Array.from({ length: kernel[1] }, (_, column) => {
    const start = column * dilation[1];
    const part = emit.slice(padded, [3], [start], [start + width]);
    return emit.reshape(part, [batch, groups, inputShape[1]! / groups, positions]);
  });
  const rows = Array.from({ length: kernel[0] }, (_, row) => {
    const above = row * dilation[0];
    const part = emit.pad(dy, [0, 0, above, 0], [0, 0, paddedHeight - height - above, 0]);
    return emit.reshape(part, [batch, groups, outputs / groups, positions]);
  });
  const parts = rows.flatMap((row) =>
    columns.map((column) => columnOf(emit, emit.batchedMatmul(row, column, false, true), gradient)),
  );
  return emit.reshape(emit.concat(parts, 2), weightShape);
};

/**
 * How maps [M, K, H, W] are convolved with maps of dy as filters [F, K / groups, H', W'], so that they see each other at
 * the kernel's taps: attributes of the node, and the taps of its result, which may be more than the kernel has.
 */
export function viewAtTaps(
  convolution: ShapedConvolution,
  groups: number,
): { readonly attributes: Attributes; readonly seen: Pair } {
  const { inputShape, outputShape, stride, padding, dilation } = convolution;
  const kernel = kernelOf(convolution);
  const size: Pair = [outputShape[2]!, outputShape[3]!];
  const along = (axis: 0 | 1): { readonly behind: number; readonly taps: number } => {
    const reach = (size[axis] - 1) * stride[axis] + 1;
    const given = inputShape[axis + 2]! + padding[axis];
    const behind = Math.max(0, reach + dilation[axis] * (kernel[axis] - 1) - given);
    return { behind, taps: windowCount(given + behind, reach, dilation[axis], 0, 1) };
  };
  const [vertical, horizontal] = [along(0), along(1)];
  const attributes = {
    kernel_shape: size,
    strides: dilation,
    pads: [...padding, vertical.behind, horizontal.behind],
    dilations: stride,
    group: groups,
  };
  return { attributes, seen: [vertical.taps, horizontal.taps] };
}

/** Maps convolved with maps of dy, cut to the kernel's taps: [M, F, kH, kW]. */
function atTaps(
  emit: Emitter,
  [maps, filters]: readonly [string, string],
  shape: readonly [number, number],
  gradient: WeightGradient,
  groups = 1,
): string {
  const seen = emit.node("Conv", [maps, filters], viewAtTaps(gradient, groups).attributes);
  return emit.slice(seen, [0, 1, 2, 3], [0, 0, 0, 0], [...shape, ...kernelOf(gradient)]);
}

/** Channels and batch change places. For few channels, of which a product per tap would be thin. One group only. */
const overChannels: Method = (emit, gradient) => {
  const { x, dy, weightShape } = gradient;
  const [outputs, channels] = weightShape as [number, number];
  const [maps, filters] = [x, dy].map((name) => emit.transpose(name, [1, 0, 2, 3])) as [string, string];
  return emit.transpose(atTaps(emit, [maps, filters], [channels, outputs], gradient), [1, 0, 2, 3]);
};

/**
 * Every image's groups are groups of one convolution, whose results are summed over the batch. For few channels a
 * group, as depthwise convolutions have.
 */
const perGroup: Method = (emit, gradient) => {
  const { x, dy, inputShape, outputShape, weightShape, groups } = gradient;
  const [outputs, channels] = weightShape as [number, number];
  const batch = outputShape[0]!;
  const [space, positions] = [inputShape.slice(2), outputShape.slice(2)];
  const apart = emit.reshape(x, [batch * groups, channels, ...space]);
  const maps = emit.reshape(emit.transpose(apart, [1, 0, 2, 3]), [channels, batch * groups, ...space]);
  const filters = emit.reshape(dy, [batch * outputs, 1, ...positions]);
  const all = atTaps(emit, [maps, filters], [channels, batch * outputs], gradient, batch * groups);
  const kernel = kernelOf(gradient);
  const sum = emit.reduceSum(emit.reshape(all, [channels, batch, outputs, ...kernel]), [1], false);
  return channels === 1 ? emit.reshape(sum, weightShape) : emit.transpose(sum, [1, 0, 2, 3]);
};

/** Positions of an output map up to which the whole batch goes into one product. */
const SMALL_MAP = 400;
/** Channels below which a product per tap is too thin to be fast. */
const FEW_CHANNELS = 8;

function choose({ weightShape, outputShape, stride, groups }: WeightGradient): Method {
  const isSmall = outputShape[2]! * outputShape[3]! <= SMALL_MAP;
  if (groups === 1 && weightShape[1]! < FEW_CHANNELS) return overChannels;
  if (weightShape[1] === 1 || (weightShape[1]! < FEW_CHANNELS && !isSmall)) return perGroup;
  if (isSmall) return gathered;
  const unitStride = stride[0] === 1 && stride[1] === 1;
  return unitStride && weightShape[2]! > 1 && weightShape[3]! > 1 ? rowsAndColumns : perTap;
}

/** The gradient of the weight, [O, C / groups, kH, kW], by whichever way suits the convolution's size. */
export const weightGradient: Lowering<Conv2dWeightGradParams> = (emit, [x, dy], params) => {
  const shapes = { inputShape: fixedShape(x!.shape), outputShape: fixedShape(dy!.shape) };
  const gradient = { ...params, ...shapes, x: x!.name, dy: dy!.name };
  return [choose(gradient)(emit, gradient)];
};
