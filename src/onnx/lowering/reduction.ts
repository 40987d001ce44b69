// Reductions, softmax and its logarithm as ONNX nodes.
import { sizeOf } from "../../core/index.ts";
import { isBoundShape, type ReduceParams } from "../../graph/index.ts";
import type { ReductionOps } from "../../graph/ops/reduction.ts";
import { onnxType } from "../tensor.ts";
import type { Emitter } from "./emitter.ts";
import type { Lowering, LoweringTable } from "./lowering.ts";

/** ONNX reduces over everything where no axes are given; here that leaves the operand as it is. */
function reduce(lowering: Lowering<ReduceParams>): Lowering<ReduceParams> {
  return (emit, inputs, params, outputs) =>
    params.axes.length === 0
      ? [emit.node("Identity", [inputs[0]!.name])]
      : lowering(emit, inputs, params, outputs);
}

/** Terms that are summed by one running sum. */
const ROW = 4096;

/**
 * The sum of all elements, [1]. Providers add them up one after another in float32, which over the millions of
 * a network's gradients loses three digits; so rows are summed first.
 */
function sumAll(emit: Emitter, name: string, size: number): string {
  const whole = size - (size % ROW);
  const flat = emit.reshape(name, [size]);
  const part = (from: number, to: number): string =>
    from === 0 && to === size ? flat : emit.slice(flat, [0], [from], [to]);
  const rows = emit.reduceSum(emit.reshape(part(0, whole), [whole / ROW, ROW]), [1], false);
  const total = emit.reduceSum(rows, [0], true);
  return whole === size ? total : emit.add(total, emit.reduceSum(part(whole, size), [0], true));
}

/** The sum of a whole large tensor is taken by rows first. */
export const reductionLowerings: LoweringTable<ReductionOps> = {
  reduceSum: reduce((emit, [x], { axes, keepDims }, [type]) => {
    const { name, shape } = x!;
    const size = axes.length === shape.length && isBoundShape(shape) ? sizeOf(shape) : 0;
    if (size < 16 * ROW) return [emit.reduceSum(name, axes, keepDims)];
    return [emit.reshape(sumAll(emit, name, size), type!.shape)];
  }),
  reduceMax: reduce((emit, [x], { axes, keepDims }) => [
    emit.node("ReduceMax", [x!.name], { axes, keepdims: keepDims ? 1 : 0 }),
  ]),
  argMax: (emit, [x]) => {
    const index = emit.node("ArgMax", [x!.name], { axis: x!.shape.length - 1, keepdims: 0 });
    return [emit.node("Cast", [index], { to: onnxType("int32") })];
  },
  logSoftmax: (emit, [x]) => [emit.node("LogSoftmax", [x!.name], { axis: x!.shape.length - 1 })],
  softmax: (emit, [x]) => [emit.node("Softmax", [x!.name], { axis: x!.shape.length - 1 })],
  allReduceSum: (emit, [x]) => [emit.node("Identity", [x!.name])],
  softmaxGrad: (emit, [dy, y]) => {
    const total = emit.reduceSum(emit.mul(dy!.name, y!.name), [y!.shape.length - 1], true);
    return [emit.mul(y!.name, emit.sub(dy!.name, total))];
  },
};
