// Gradients of batch and layer normalisation.
import { add, mul, reciprocal, reduceSum, reshape, sqrt, sub, type Value } from "../../graph/index.ts";
import type { NormalizationOps } from "../../graph/ops/normalization.ts";
import type { RuleTable } from "../rule.ts";

/** A vector [C] shaped to broadcast over [N, C, ...]. */
function perChannel(vector: Value, x: Value): Value {
  return reshape(vector, [vector.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
}

/** The training form can be differentiated once, the inference form any number of times. */
export const normalizationRules: RuleTable<NormalizationOps> = {
  // The statistics are treated as constants where they are used beside y (running averages).
  batchNormTraining: ({ node, upstream: [dy], needs }) => {
    if (dy === undefined) return [];
    const [x, weight] = node.inputs;
    const [, mean, variance] = node.outputs;
    const gradients = dy.node.graph.append("batchNormGrad", [dy, x!, weight!, mean!, variance!], node.params);
    return gradients.map((gradient, operand) => (needs(operand) ? gradient : undefined));
  },
  batchNormGrad: { notDifferentiable: "second derivatives of batch normalisation are not provided" },
  layerNorm: ({ node, upstream: [dy], needs }) => {
    if (dy === undefined) return [];
    const [x, weight] = node.inputs;
    const [, mean, variance] = node.outputs;
    const gradients = dy.node.graph.append("layerNormGrad", [dy, x!, weight!, mean!, variance!], node.params);
    return gradients.map((gradient, operand) => (needs(operand) ? gradient : undefined));
  },
  layerNormGrad: { notDifferentiable: "second derivatives of layer normalisation are not provided" },
  batchNormInference: ({ node, upstream: [dy], needs }) => {
    const [x, weight, , mean, variance] = node.inputs;
    const axes = x!.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const inverse = reciprocal(sqrt(add(variance!, node.params.epsilon)));
    const centred = (): Value => sub(x!, perChannel(mean!, x!));
    const sumOf = (value: Value): Value => reduceSum(value, { axes });
    const scaled = (): Value => sumOf(mul(dy!, centred()));
    return [
      needs(0) ? mul(dy!, perChannel(mul(weight!, inverse), x!)) : undefined,
      needs(1) ? mul(scaled(), inverse) : undefined,
      needs(2) ? sumOf(dy!) : undefined,
      needs(3) ? mul(sumOf(dy!), mul(mul(weight!, inverse), -1)) : undefined,
      needs(4) ? mul(mul(scaled(), weight!), mul(mul(inverse, mul(inverse, inverse)), -0.5)) : undefined,
    ];
  },
};
