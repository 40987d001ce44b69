// Convolutions and their gradients by onnxruntime's kernels for channels in blocks, where these are the faster ones.
import type { ConvolutionOps } from "../../graph/ops/convolution.ts";
import { denseForward, denseInputGradient } from "./blocked-dense.ts";
import { depthwiseForward, depthwiseInputGradient, depthwiseWeightGradient } from "./blocked-depthwise.ts";
import type { BlockedLowering } from "./blocks.ts";
import { convolutionLowerings } from "./convolution.ts";
import type { Lowering, LoweringTable } from "./lowering.ts";

/** Lowerings for a provider with blocks of `block` channels: the first way that there is. */
export function blockedConvolutionLowerings(block: number): LoweringTable<ConvolutionOps> {
  const first =
    <P>(otherwise: Lowering<P>, ...ways: readonly BlockedLowering<P>[]): Lowering<P> =>
    (emit, operands, params, outputs) => {
      for (const way of ways) {
        const result = way(emit, operands, params, block);
        if (result !== undefined) return [result];
      }
      return otherwise(emit, operands, params, outputs);
    };
  const { conv2d, conv2dInputGrad, conv2dWeightGrad, matmul } = convolutionLowerings;
  return {
    conv2d: first(conv2d, depthwiseForward, denseForward),
    conv2dInputGrad: first(conv2dInputGrad, depthwiseInputGradient, denseInputGradient),
    conv2dWeightGrad: first(conv2dWeightGrad, depthwiseWeightGradient),
    matmul,
  };
}
