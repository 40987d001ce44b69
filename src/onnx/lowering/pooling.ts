// Pooling and its gradients as ONNX nodes.
import { float32, sizeOf } from "../../core/index.ts";
import { fixedDim, fixedShape, type Pair, type Pool2dParams } from "../../graph/index.ts";
import type { PoolingOps } from "../../graph/ops/pooling.ts";
import type { Attributes, Emitter } from "./emitter.ts";
import type { LoweringTable, Operand } from "./lowering.ts";

function window({ kernel, stride, padding }: Pool2dParams): Attributes {
  return { kernel_shape: kernel, strides: stride, pads: [...padding, ...padding] };
}

/** Whether the one window is the whole map. */
function isGlobal(height: number, width: number, { kernel, padding }: Pool2dParams): boolean {
  return kernel[0] === height && kernel[1] === width && padding[0] === 0 && padding[1] === 0;
}

/** Where each window's first maximum lies in the flat input. Slower than the maximum alone. */
function maximumIndices(emit: Emitter, x: Operand, params: Pool2dParams): string {
  return emit.nodeOutputs("MaxPool", [x.name], window(params), ["maximum", "index"])[1]!;
}

/** Kernel that spreads the gradient of a window's mean evenly over it. */
function evenKernel([height, width]: Pair): Float32Array {
  return new Float32Array(height * width).fill(1 / (height * width));
}

/** Windows that cover the whole picture become global pooling; the gradients are composed of other operators. */
export const poolingLowerings: LoweringTable<PoolingOps> = {
  maxPool2d: (emit, [x], params) => [emit.node("MaxPool", [x!.name], window(params))],
  maxPool2dGrad: (emit, [dy, x], params) => {
    const [windows, elements] = [sizeOf(fixedShape(dy!.shape)), sizeOf(fixedShape(x!.shape))];
    const index = emit.reshape(maximumIndices(emit, x!, params), [windows]);
    const zeros = emit.expand(emit.scalar(0), [elements]);
    const updates = emit.reshape(dy!.name, [windows]);
    const flat = emit.node("ScatterElements", [zeros, index, updates], { axis: 0, reduction: "add" });
    return [emit.reshape(flat, x!.shape)];
  },
  avgPool2d: (emit, [x], params) =>
    isGlobal(fixedDim(x!.shape[2]!), fixedDim(x!.shape[3]!), params)
      ? [emit.node("GlobalAveragePool", [x!.name])]
      : [emit.node("AveragePool", [x!.name], { ...window(params), count_include_pad: 1 })],
  avgPool2dGrad: (emit, [dy], params) => {
    const { inputShape, kernel, stride, padding } = params;
    const [batch, channels, height, width] = fixedShape(inputShape) as [number, number, number, number];
    if (isGlobal(height, width, params)) {
      return [emit.expand(emit.mul(dy!.name, emit.scalar(1 / (height * width))), inputShape)];
    }
    const [, , rows, columns] = fixedShape(dy!.shape) as [number, number, number, number];
    const maps = emit.reshape(dy!.name, [batch * channels, 1, rows, columns]);
    const weight = emit.constant("mean", float32([1, 1, ...kernel], evenKernel(kernel)));
    const behind = [
      height + 2 * padding[0] - kernel[0] - (rows - 1) * stride[0],
      width + 2 * padding[1] - kernel[1] - (columns - 1) * stride[1],
    ];
    const spread = emit.node("ConvTranspose", [maps, weight], { ...window(params), output_padding: behind });
    return [emit.reshape(spread, inputShape)];
  },
};
