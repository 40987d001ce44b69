// Convolution as one node, or with the batch stacked into one tall map where maps are small.
import { type Shape, sizeOf } from "../../core/index.ts";
import { type Conv2dParams, type Dims, isBoundShape, type Pair, windowCount } from "../../graph/index.ts";
import type { Emitter } from "./emitter.ts";

/** A tensor by its name in the ONNX graph. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: Shape;
}

/** Attributes of a Conv or ConvTranspose node; `padding` is that before each axis and, by default, behind it. */
export function convolutionAttributes(
  kernel: Pair,
  { stride, padding, dilation, groups }: Conv2dParams,
  behind: Pair = padding,
): Record<string, number | readonly number[]> {
  return {
    kernel_shape: kernel,
    strides: stride,
    pads: [...padding, ...behind],
    dilations: dilation,
    group: groups,
  };
}

/** The convolution of `x` [N, C, H, W] with `weight` [O, C / groups, kH, kW] and an optional bias [O]. */
export function convolve(
  emit: Emitter,
  x: { readonly name: string; readonly shape: Dims },
  weight: NamedTensor,
  bias: readonly string[],
  params: Conv2dParams,
): string {
  const kernel: Pair = [weight.shape[2]!, weight.shape[3]!];
  const { name, shape } = x;
  if (isBoundShape(shape) && prefersStacking(shape, weight.shape, params))
    return stacked(emit, { name, shape }, weight, bias, params);
  return emit.node("Conv", [x.name, weight.name, ...bias], convolutionAttributes(kernel, params));
}

/**
 * onnxruntime's CPU kernel goes through a batch in parallel while a map has at least as many positions as there
 * are filters; smaller maps it unfolds one after another on one thread.
 */
function prefersStacking(
  input: Shape,
  weight: Shape,
  { stride, padding, dilation, groups }: Conv2dParams,
): boolean {
  const positions = [0, 1].map((axis) =>
    windowCount(input[axis + 2]!, weight[axis + 2]!, stride[axis]!, padding[axis]!, dilation[axis]!),
  );
  const reach = dilation[0] * (weight[2]! - 1);
  return groups === 1 && input[0]! > 1 && sizeOf(positions) < weight[0]! && 2 * padding[0] <= reach;
}

/**
 * Images one below the other, with enough rows of zeros between them that no window sees two of them: one
 * convolution of [1, C, N R, W], from which each image's rows are taken.
 */
function stacked(
  emit: Emitter,
  x: NamedTensor,
  weight: NamedTensor,
  bias: readonly string[],
  params: Conv2dParams,
): string {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [filters, , ...kernel] = weight.shape as [number, number, number, number];
  const { stride, padding, dilation } = params;
  const pitch = Math.ceil((height + padding[0]) / stride[0]) * stride[0];
  const below = Math.max(0, dilation[0] * (kernel[0] - 1) + 1 - stride[0] - padding[0]);
  const rows = windowCount(height, kernel[0], stride[0], padding[0], dilation[0]);
  const columns = windowCount(width, kernel[1], stride[1], padding[1], dilation[1]);
  const apart = emit.pad(emit.transpose(x.name, [1, 0, 2, 3]), [0, 0, 0, 0], [0, 0, pitch - height, 0]);
  const tall = emit.reshape(apart, [1, channels, batch * pitch, width]);
  const attributes = convolutionAttributes(kernel, params, [below, padding[1]]);
  const result = emit.node("Conv", [tall, weight.name, ...bias], attributes);
  const maps = emit.reshape(result, [filters, batch, pitch / stride[0], columns]);
  const cut = pitch / stride[0] === rows ? maps : emit.slice(maps, [2], [0], [rows]);
  return emit.transpose(cut, [1, 0, 2, 3]);
}
