// The layout of onnxruntime's own kernels for processors: channels in blocks that lie side by side, [N, C / B, H, W, B], the
// last block filled up with zeros. Tensors in it keep the shape [N, C, H, W], C rounded up.
import type { Shape } from "../../core/index.ts";
import type { Attributes, Emitter } from "./emitter.ts";
import type { Operand } from "./lowering.ts";

/** A lowering to blocks of `block` channels; undefined for what does not fit them, or gains nothing. */
export type BlockedLowering<P> = (
  emit: Emitter,
  operands: readonly Operand[],
  params: P,
  block: number,
) => string | undefined;

/** The operator set of these kernels. The library has it for what its optimizer makes of models with constant weights. */
export const BLOCKED_DOMAIN = "com.microsoft.nchwc";

/** Channels are taken into blocks by fours. */
const QUARTER = 4;

/** Whether that many channels can be taken into blocks. */
export function fitsBlocks(channels: number): boolean {
  return channels % QUARTER === 0;
}

/** [N, C, H, W] in blocks. */
export function toBlocks(emit: Emitter, x: string): string {
  return emit.node("ReorderInput", [x], {}, BLOCKED_DOMAIN);
}

/** What was in blocks as [N, C, H, W]. */
export function fromBlocks(emit: Emitter, x: string, channels: number): string {
  return emit.node("ReorderOutput", [x], { channels }, BLOCKED_DOMAIN);
}

/** The library's convolution of maps in blocks with a kernel in blocks, and an optional bias. */
export function convolveBlocks(emit: Emitter, inputs: readonly string[], attributes: Attributes): string {
  return emit.node("Conv", inputs, attributes, BLOCKED_DOMAIN);
}

/** A kernel [O, C, kH, kW], whole blocks both ways, as [O / B, C / B, kH, kW, B of C, B of O]; C below B as [O / B, C, kH, kW, B]. */
export function denseKernel(emit: Emitter, weight: string, shape: Shape, block: number): string {
  const [outputs, channels, height, width] = shape as [number, number, number, number];
  const taps = height * width;
  const rows = toBlocks(emit, emit.reshape(weight, [1, outputs, channels * taps, 1]));
  if (channels < block) return emit.reshape(rows, shape);
  const split = emit.reshape(rows, [outputs / block, channels / block, block, taps, block]);
  return emit.reshape(emit.transpose(split, [0, 1, 3, 2, 4]), shape);
}

/** As `denseKernel`, of the kernel turned round for the gradient of the input: outputs and channels of each group swapped, taps reversed. */
export function turnedDenseKernel(
  emit: Emitter,
  weight: string,
  shape: Shape,
  { block, groups }: { readonly block: number; readonly groups: number },
): string {
  const [outputs, channels, height, width] = shape as [number, number, number, number];
  const taps = height * width;
  const rows = toBlocks(emit, emit.reshape(weight, [outputs, channels, taps, 1]));
  const [outer, inner] = [outputs / groups / block, channels / block];
  const split = emit.reshape(rows, [groups, outer, block, inner, taps, block]);
  const swapped = emit.transpose(split, [0, 3, 1, 4, 2, 5]);
  const turned = reversed(emit, emit.reshape(swapped, [groups * inner * outer, taps, block * block]), taps);
  return emit.reshape(turned, [groups * channels, outputs / groups, height, width]);
}

/** A kernel of one channel a group, [C, 1, kH, kW], as [C / B, kH, kW, B]; reversed both ways if it is turned. */
export function depthwiseKernel(
  emit: Emitter,
  weight: string,
  shape: Shape,
  { block, isTurned = false }: { readonly block: number; readonly isTurned?: boolean },
): string {
  const [channels, , height, width] = shape as [number, number, number, number];
  const [taps, whole] = [height * width, wholeBlocks(channels, block)];
  const rows = toBlocks(emit, emit.reshape(weight, [1, channels, height, width]));
  const kernel = isTurned ? reversed(emit, emit.reshape(rows, [whole / block, taps, block]), taps) : rows;
  return emit.reshape(kernel, [whole, 1, height, width]);
}

/** Channels rounded up to whole blocks. */
export function wholeBlocks(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/** The middle one of three axes backwards. */
function reversed(emit: Emitter, x: string, size: number): string {
  if (size === 1) return x;
  return emit.node("Gather", [x, emit.integers(Array.from({ length: size }, (_, i) => size - 1 - i))], {
    axis: 1,
  });
}
