// Gradients of convolution, of its gradients (it is bilinear), and of matrix products.
import { fixedDim, matmul, reduceSum, type Value } from "../../graph/index.ts";
import type { Conv2dParams, ConvolutionOps } from "../../graph/ops/convolution.ts";
import type { RuleTable } from "../rule.ts";

function convolve(x: Value, weight: Value, params: Conv2dParams): Value {
  return x.node.graph.append("conv2d", [x, weight], pick(params))[0]!;
}

function inputGrad(dy: Value, weight: Value, x: Value, params: Conv2dParams): Value {
  return dy.node.graph.append("conv2dInputGrad", [dy, weight], { ...pick(params), inputShape: x.shape })[0]!;
}

function weightGrad(x: Value, dy: Value, weight: Value, params: Conv2dParams): Value {
  return x.node.graph.append("conv2dWeightGrad", [x, dy], {
    ...pick(params),
    weightShape: weight.shape.map(fixedDim),
  })[0]!;
}

function pick({ stride, padding, dilation, groups }: Conv2dParams): Conv2dParams {
  return { stride, padding, dilation, groups };
}

/** Every gradient is made of ops that have one themselves, so that higher derivatives exist. */
export const convolutionRules: RuleTable<ConvolutionOps> = {
  conv2d: ({ node, upstream: [dy], needs }) => {
    const [x, weight] = node.inputs;
    return [
      needs(0) ? inputGrad(dy!, weight!, x!, node.params) : undefined,
      needs(1) ? weightGrad(x!, dy!, weight!, node.params) : undefined,
      needs(2) ? reduceSum(dy!, { axes: [0, 2, 3] }) : undefined,
    ];
  },
  conv2dInputGrad: ({ node, upstream: [u], needs }) => {
    const [dy, weight] = node.inputs;
    return [
      needs(0) ? convolve(u!, weight!, node.params) : undefined,
      needs(1) ? weightGrad(u!, dy!, weight!, node.params) : undefined,
    ];
  },
  conv2dWeightGrad: ({ node, upstream: [u], needs }) => {
    const [x, dy] = node.inputs;
    return [
      needs(0) ? inputGrad(dy!, u!, x!, node.params) : undefined,
      needs(1) ? convolve(x!, u!, node.params) : undefined,
    ];
  },
  matmul: ({ node, upstream: [dy], needs }) => {
    const [a, b] = node.inputs;
    const { transposeA, transposeB } = node.params;
    // With A' = A or its transpose: dA' = dy B'^T and dB' = A'^T dy.
    const byA = (): Value =>
      transposeA ? matmul(b!, dy!, transposeB, true) : matmul(dy!, b!, false, !transposeB);
    const byB = (): Value =>
      transposeB ? matmul(dy!, a!, true, transposeA) : matmul(a!, dy!, !transposeA, false);
    return [needs(0) ? byA() : undefined, needs(1) ? byB() : undefined];
  },
};
