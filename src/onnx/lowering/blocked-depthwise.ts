// Depthwise convolutions and their gradients in blocks, which are as many convolutions of one channel side by side.
import {
  type Conv2dInputGradParams,
  type Conv2dParams,
  type Conv2dWeightGradParams,
  fixedShape,
  isBoundShape,
  type Pair,
} from "../../graph/index.ts";
import {
  type BlockedLowering,
  convolveBlocks,
  depthwiseKernel,
  fitsBlocks,
  fromBlocks,
  toBlocks,
  wholeBlocks,
} from "./blocks.ts";
import { convolutionAttributes } from "./convolve.ts";
import type { Emitter } from "./emitter.ts";
import { viewAtTaps } from "./weight-gradient.ts";

type Four = readonly [number, number, number, number];

/** Whether every channel has one kernel [1, kH, kW] of its own, and channels can be taken into blocks. */
function isDepthwise([outputs, channels]: Four, { groups }: Conv2dParams): boolean {
  return groups > 1 && outputs === groups && channels === 1 && fitsBlocks(groups);
}

/** As one node between two reorders. */
export const depthwiseForward: BlockedLowering<Conv2dParams> = (
  emit,
  [x, weight, ...biases],
  params,
  block,
) => {
  const shape = fixedShape(weight!.shape) as Four;
  if (!isBoundShape(x!.shape) || !isDepthwise(shape, params)) return undefined;
  const [channels, , ...kernel] = shape;
  const groups = wholeBlocks(channels, block);
  const filters = depthwiseKernel(emit, weight!.name, shape, { block });
  const bias = biases.map(({ name }) => emit.pad(name, [0], [groups - channels]));
  const attributes = convolutionAttributes(kernel, { ...params, groups });
  const y = convolveBlocks(emit, [toBlocks(emit, x!.name), filters, ...bias], attributes);
  return fromBlocks(emit, y, channels);
};

/** Maps [N, C, H, W] in blocks with zeros behind every row and column, [N, C, sH, sW]. */
function spread(
  emit: Emitter,
  maps: string,
  shape: Four,
  { stride, block }: { stride: Pair; block: number },
): string {
  const [batch, channels, height, width] = shape;
  if (stride[0] === 1 && stride[1] === 1) return maps;
  const rows = emit.reshape(maps, [(batch * channels * height) / block, 1, width, block]);
  const apart = emit.pad(rows, [0, 0, 0, 0], [0, stride[0] - 1, 0, (stride[1] - 1) * block]);
  return emit.reshape(apart, [batch, channels, stride[0] * height, stride[1] * width]);
}

/** A convolution, with the kernel turned round, of the gradient spread by the stride. */
export const depthwiseInputGradient: BlockedLowering<Conv2dInputGradParams> = (
  emit,
  [dy, weight],
  params,
  block,
) => {
  const shape = fixedShape(weight!.shape) as Four;
  if (!isDepthwise(shape, params)) return undefined;
  const [channels, , ...kernel] = shape;
  const [, , ...size] = fixedShape(params.inputShape) as Four;
  const [batch, , ...positions] = fixedShape(dy!.shape) as Four;
  const { stride, padding, dilation } = params;
  const along = (axis: 0 | 1): Pair => {
    const reach = dilation[axis] * (kernel[axis] - 1);
    const before = reach - padding[axis];
    return [before, size[axis] - stride[axis] * positions[axis] - before + reach];
  };
  const [vertical, horizontal] = [along(0), along(1)];
  if (Math.min(...vertical, ...horizontal) < 0) return undefined;
  const groups = wholeBlocks(channels, block);
  const maps = spread(emit, toBlocks(emit, dy!.name), [batch, groups, ...positions], { stride, block });
  const filters = depthwiseKernel(emit, weight!.name, shape, { block, isTurned: true });
  const unit = { dilation, groups, stride: [1, 1], padding: [vertical[0], horizontal[0]] } as const;
  const attributes = convolutionAttributes(kernel, unit, [vertical[1], horizontal[1]]);
  return fromBlocks(emit, convolveBlocks(emit, [maps, filters], attributes), channels);
};

/** Every image's channels are channels of one convolution with dy as kernels; its results are summed over the batch. */
export const depthwiseWeightGradient: BlockedLowering<Conv2dWeightGradParams> = (
  emit,
  [x, dy],
  params,
  block,
) => {
  const { weightShape } = params;
  if (!isDepthwise(weightShape as Four, params)) return undefined;
  const [inputShape, outputShape] = [fixedShape(x!.shape) as Four, fixedShape(dy!.shape) as Four];
  const [batch, channels, ...size] = inputShape;
  const [, , ...positions] = outputShape;
  const whole = wholeBlocks(channels, block);
  const maps = emit.reshape(toBlocks(emit, x!.name), [1, batch * whole, ...size]);
  const filters = emit.reshape(toBlocks(emit, dy!.name), [batch * whole, 1, ...positions]);
  const { attributes, seen } = viewAtTaps({ ...params, inputShape, outputShape }, batch * whole);
  const products = emit.reshape(convolveBlocks(emit, [maps, filters], attributes), [batch, whole, ...seen]);
  const sum = fromBlocks(emit, emit.reduceSum(products, [0], true), channels);
  const [, , ...kernel] = weightShape;
  return emit.reshape(emit.slice(sum, [2, 3], [0, 0], kernel), weightShape);
};
