// Gradients of pooling.
import type { PoolingOps } from "../../graph/ops/pooling.ts";
import type { RuleTable } from "../rule.ts";

/** Maximum pooling can be differentiated once, average pooling any number of times. */
export const poolingRules: RuleTable<PoolingOps> = {
  maxPool2d: ({ node, upstream: [dy] }) => {
    const x = node.inputs[0]!;
    return dy!.node.graph.append("maxPool2dGrad", [dy!, x, node.outputs[0]!], node.params);
  },
  maxPool2dGrad: { notDifferentiable: "second derivatives of maximum pooling are not provided" },
  avgPool2d: ({ node, upstream: [dy] }) =>
    dy!.node.graph.append("avgPool2dGrad", [dy!], { ...node.params, inputShape: node.inputs[0]!.shape }),
  avgPool2dGrad: ({ node, upstream: [u] }) => {
    const { kernel, stride, padding } = node.params;
    return u!.node.graph.append("avgPool2d", [u!], { kernel, stride, padding });
  },
};
