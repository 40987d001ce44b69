// Reductions and log-softmax as ONNX nodes.
import type { ReduceParams } from "../../graph/index.ts";
import type { ReductionOps } from "../../graph/ops/reduction.ts";
import { onnxType } from "../tensor.ts";
import type { Lowering, LoweringTable } from "./lowering.ts";

/** ONNX reduces over everything where no axes are given; here that leaves the operand as it is. */
function reduce(lowering: Lowering<ReduceParams>): Lowering<ReduceParams> {
  return (emit, inputs, params, outputs) =>
    params.axes.length === 0
      ? [emit.node("Identity", [inputs[0]!.name])]
      : lowering(emit, inputs, params, outputs);
}

export const reductionLowerings: LoweringTable<ReductionOps> = {
  reduceSum: reduce((emit, [x], { axes, keepDims }) => [emit.reduceSum(x!.name, axes, keepDims)]),
  reduceMax: reduce((emit, [x], { axes, keepDims }) => [
    emit.node("ReduceMax", [x!.name], { axes, keepdims: keepDims ? 1 : 0 }),
  ]),
  argMax: (emit, [x]) => {
    const index = emit.node("ArgMax", [x!.name], { axis: x!.shape.length - 1, keepdims: 0 });
    return [emit.node("Cast", [index], { to: onnxType("int32") })];
  },
  logSoftmax: (emit, [x]) => [emit.node("LogSoftmax", [x!.name], { axis: x!.shape.length - 1 })],
};
