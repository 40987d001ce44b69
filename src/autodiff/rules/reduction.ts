// Gradients of reductions and of softmax and its logarithm.
import {
  allReduceSum,
  broadcastTo,
  cast,
  div,
  equal,
  exp,
  mul,
  type ReduceParams,
  reduceSum,
  reshape,
  sub,
  type Value,
} from "../../graph/index.ts";
import type { ReductionOps } from "../../graph/ops/reduction.ts";
import type { RuleTable } from "../rule.ts";

/** A reduced value with the reduced axes put back as size 1. */
function withAxes(reduced: Value, x: Value, { axes }: ReduceParams): Value {
  return reshape(
    reduced,
    x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  );
}

function softmaxGrad(dy: Value, y: Value): Value {
  return dy.node.graph.append("softmaxGrad", [dy, y], {})[0]!;
}

/** Gradients are broadcast back over the axes that were reduced. */
export const reductionRules: RuleTable<ReductionOps> = {
  reduceSum: ({ node, upstream: [dy] }) => {
    const x = node.inputs[0]!;
    return [broadcastTo(withAxes(dy!, x, node.params), x.shape)];
  },
  // Shared equally among the positions that hold the maximum, as torch's amax does.
  reduceMax: ({ node, upstream: [dy] }) => {
    const x = node.inputs[0]!;
    const isMaximum = equal(x, withAxes(node.outputs[0]!, x, node.params));
    const hits = cast(isMaximum, x.dtype);
    const count = reduceSum(hits, { axes: node.params.axes, keepDims: true });
    return [mul(hits, div(withAxes(dy!, x, node.params), count))];
  },
  // What one process gives is in the sums of all.
  allReduceSum: ({ upstream: [dy] }) => [allReduceSum(dy!)],
  argMax: { notDifferentiable: "an index is piecewise constant" },
  logSoftmax: ({ node, upstream: [dy] }) => {
    const y = node.outputs[0]!;
    return [sub(dy!, mul(exp(y), reduceSum(dy!, { axes: [-1], keepDims: true })))];
  },
  softmax: ({ node, upstream: [dy] }) => [softmaxGrad(dy!, node.outputs[0]!)],
  // The matrix of partial derivatives is symmetric.
  softmaxGrad: ({ node, upstream: [u], needs }) => {
    const [dy, y] = node.inputs;
    const rowSum = (value: Value): Value => reduceSum(value, { axes: [-1], keepDims: true });
    const byResult = (): Value => sub(mul(u!, sub(dy!, rowSum(mul(dy!, y!)))), mul(dy!, rowSum(mul(u!, y!))));
    return [needs(0) ? softmaxGrad(u!, y!) : undefined, needs(1) ? byResult() : undefined];
  },
};
