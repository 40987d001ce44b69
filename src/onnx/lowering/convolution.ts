// Convolution, its gradients and matrix product as ONNX nodes.
import type { ConvolutionOps } from "../../graph/ops/convolution.ts";
import { inputGradient } from "./input-gradient.ts";
import type { LoweringTable } from "./lowering.ts";
import { weightGradient } from "./weight-gradient.ts";
import { convolutionAttributes } from "./windows.ts";

export const convolutionLowerings: LoweringTable<ConvolutionOps> = {
  conv2d: (emit, inputs, params) => {
    const [height, width] = inputs[1]!.shape.slice(2) as [number, number];
    const names = inputs.map(({ name }) => name);
    return [emit.node("Conv", names, convolutionAttributes([height, width], params))];
  },
  conv2dInputGrad: inputGradient,
  conv2dWeightGrad: weightGradient,
  matmul: (emit, [a, b], { transposeA, transposeB }) => [emit.gemm(a!.name, b!.name, transposeA, transposeB)],
};
