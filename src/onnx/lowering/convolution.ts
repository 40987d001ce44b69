// Convolution, its gradients and matrix product as ONNX nodes.
import { fixedShape } from "../../graph/index.ts";
import type { ConvolutionOps } from "../../graph/ops/convolution.ts";
import { convolve } from "./convolve.ts";
import { inputGradient } from "./input-gradient.ts";
import type { LoweringTable } from "./lowering.ts";
import { weightGradient } from "./weight-gradient.ts";

/** Weights keep torch's layout, which is ONNX's too; the gradients have no ONNX operators of their own. */
export const convolutionLowerings: LoweringTable<ConvolutionOps> = {
  conv2d: (emit, [x, weight, ...bias], params) => [
    convolve(
      emit,
      x!,
      { ...weight!, shape: fixedShape(weight!.shape) },
      bias.map(({ name }) => name),
      params,
    ),
  ],
  conv2dInputGrad: inputGradient,
  conv2dWeightGrad: weightGradient,
  matmul: (emit, [a, b], { transposeA, transposeB }) => [emit.gemm(a!.name, b!.name, transposeA, transposeB)],
};
