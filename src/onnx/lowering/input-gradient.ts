// The gradient of a convolution's input: a transposed convolution, or one with the kernel turned round.
import type { Conv2dInputGradParams, Pair } from "../../graph/index.ts";
import type { Emitter } from "./emitter.ts";
import type { Lowering, Operand } from "./lowering.ts";
import { convolutionAttributes } from "./windows.ts";

/** [O, C / groups, kH, kW] -> [C, O / groups, kH, kW] with both kernel axes reversed. */
function turnedKernel(emit: Emitter, { name, shape }: Operand, groups: number): string {
  const [outputs, channels, height, width] = shape as [number, number, number, number];
  const taps = height * width;
  const grouped = emit.reshape(name, [groups, outputs / groups, channels, taps]);
  const swapped = emit.transpose(grouped, [0, 2, 1, 3]);
  const order = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const turned = taps === 1 ? swapped : emit.node("Gather", [swapped, emit.integers(order)], { axis: 3 });
  return emit.reshape(turned, [groups * channels, outputs / groups, height, width]);
}

export const inputGradient: Lowering<Conv2dInputGradParams> = (emit, [dy, weight], params) => {
  const { stride, padding, dilation, groups, inputShape } = params;
  const kernel: Pair = [weight!.shape[2]!, weight!.shape[3]!];
  const reach = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)] as const;
  const turnedPadding: Pair = [reach[0] - padding[0], reach[1] - padding[1]];
  if (stride[0] === 1 && stride[1] === 1 && turnedPadding[0] >= 0 && turnedPadding[1] >= 0) {
    const turned = turnedKernel(emit, weight!, groups);
    const attributes = convolutionAttributes(kernel, { ...params, padding: turnedPadding });
    return [emit.node("Conv", [dy!.name, turned], attributes)];
  }
  const behind = ([0, 1] as const).map(
    (axis) =>
      inputShape[axis + 2]! + 2 * padding[axis] - reach[axis] - 1 - (dy!.shape[axis + 2]! - 1) * stride[axis],
  );
  const attributes = { ...convolutionAttributes(kernel, params), output_padding: behind };
  return [emit.node("ConvTranspose", [dy!.name, weight!.name], attributes)];
};
