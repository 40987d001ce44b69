// Convolution, its gradients and matrix product as ONNX nodes.
import { fixedShape } from "../../graph/index.ts";
import type { ConvolutionOps } from "../../graph/ops/convolution.ts";
import { convolve } from "./convolve.ts";
import type { Emitter } from "./emitter.ts";
import { inputGradient } from "./input-gradient.ts";
import type { LoweringTable, Operand } from "./lowering.ts";
import { weightGradient } from "./weight-gradient.ts";

/** The last two axes swapped. */
function swapped(emit: Emitter, { name, shape }: Operand): string {
  const axes = shape.map((_, axis) => axis);
  return emit.transpose(name, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

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
  matmul: (emit, [a, b], { transposeA, transposeB }) => {
    if (a!.shape.length === 2) return [emit.gemm(a!.name, b!.name, transposeA, transposeB)];
    const left = transposeA ? swapped(emit, a!) : a!.name;
    const right = transposeB ? swapped(emit, b!) : b!.name;
    return [emit.node("MatMul", [left, right])];
  },
};
