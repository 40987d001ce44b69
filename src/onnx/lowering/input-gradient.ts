// The gradient of a convolution's input: a convolution with the kernel turned round, or a transposed one.
import { float32 } from "../../core/index.ts";
import { type Conv2dInputGradParams, type Conv2dParams, fixedShape, type Pair } from "../../graph/index.ts";
import { convolutionAttributes, convolve, type NamedTensor } from "./convolve.ts";
import type { Emitter } from "./emitter.ts";
import type { Lowering } from "./lowering.ts";

/** The matrix that reverses rows of `size` elements. (Gather and Slice take several times as long.) */
function reversal(emit: Emitter, size: number): string {
  const matrix = Array.from({ length: size * size }, (_, i) =>
    Math.floor(i / size) + (i % size) === size - 1 ? 1 : 0,
  );
  const name = `reversal[${size}]`;
  return emit.once(name, () => [emit.constant(name, float32([size, size], matrix))])[0]!;
}

/** [O, C / groups, kH, kW] -> [C, O / groups, kH, kW] with both kernel axes reversed. */
function turnedKernel(emit: Emitter, { name, shape }: NamedTensor, groups: number): NamedTensor {
  const [outputs, channels, height, width] = shape as [number, number, number, number];
  const taps = height * width;
  const turnedShape = [groups * channels, outputs / groups, height, width];
  const grouped = emit.reshape(name, [groups, outputs / groups, channels, taps]);
  const swapped = emit.transpose(grouped, [0, 2, 1, 3]);
  if (taps === 1) return { name: emit.reshape(swapped, turnedShape), shape: turnedShape };
  const reversed = emit.gemm(emit.reshape(swapped, [outputs * channels, taps]), reversal(emit, taps));
  return { name: emit.reshape(reversed, turnedShape), shape: turnedShape };
}

/** Zeros around the gradient where it is convolved with the kernel turned round; undefined where that is not the input's gradient. */
export function turnedPadding(kernel: Pair, { stride, padding, dilation }: Conv2dParams): Pair | undefined {
  const turned: Pair = [
    dilation[0] * (kernel[0] - 1) - padding[0],
    dilation[1] * (kernel[1] - 1) - padding[1],
  ];
  return stride[0] === 1 && stride[1] === 1 && turned[0] >= 0 && turned[1] >= 0 ? turned : undefined;
}

/** A plain convolution where stride is 1 and the padding not beyond the reach of the kernel, else `ConvTranspose`. */
export const inputGradient: Lowering<Conv2dInputGradParams> = (emit, [dy, weight], params) => {
  const { stride, padding, dilation, groups } = params;
  const [inputShape, gradientShape] = [fixedShape(params.inputShape), fixedShape(dy!.shape)];
  const filters = { name: weight!.name, shape: fixedShape(weight!.shape) };
  const kernel: Pair = [filters.shape[2]!, filters.shape[3]!];
  const around = turnedPadding(kernel, params);
  if (around !== undefined) {
    const turned = turnedKernel(emit, filters, groups);
    return [convolve(emit, dy!, turned, [], { ...params, padding: around })];
  }
  const behind = ([0, 1] as const).map(
    (axis) =>
      inputShape[axis + 2]! +
      2 * padding[axis] -
      dilation[axis] * (kernel[axis] - 1) -
      1 -
      (gradientShape[axis + 2]! - 1) * stride[axis],
  );
  const attributes = { ...convolutionAttributes(kernel, params), output_padding: behind };
  return [emit.node("ConvTranspose", [dy!.name, weight!.name], attributes)];
};
