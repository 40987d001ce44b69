// Batch norm whose result only a ReLU reads, and the gradient of both: one kernel each, which keeps a bit an element.
import { type BoundNode, type BoundValue, isOp } from "../../graph/index.ts";
import type { ReluGradient } from "./relu-gradient.ts";
import type { Uses } from "./uses.ts";

/** The normalisation that a ReLU alone reads the result of. */
export function normalizationOf(relu: BoundNode, uses: Uses): BoundNode<"batchNormTraining"> | undefined {
  if (!isOp(relu, "relu")) return undefined;
  const [x] = relu.inputs as readonly [BoundValue];
  const isFirst = isOp(x.node, "batchNormTraining") && x === x.node.outputs[0];
  return isFirst && uses.only(x) === relu ? (x.node as BoundNode<"batchNormTraining">) : undefined;
}

/** The gradient of a batch norm that the ReLU's gradient alone leads to, where both are of one such pair. */
export function normalizationGradientOf(
  { activated, result }: ReluGradient,
  uses: Uses,
): BoundNode<"batchNormGrad"> | undefined {
  const gradient = uses.only(result);
  if (gradient === undefined || !isOp(gradient, "batchNormGrad") || gradient.inputs[0] !== result)
    return undefined;
  const normalization = normalizationOf(activated.node, uses);
  if (normalization === undefined) return undefined;
  const [x, weight] = normalization.inputs;
  const [, mean, variance] = normalization.outputs;
  const [, ofX, byWeight, byMean, byVariance] = gradient.inputs;
  const matches = ofX === x && byWeight === weight && byMean === mean && byVariance === variance;
  return matches ? gradient : undefined;
}
