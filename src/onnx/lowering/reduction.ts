// Reductions, softmax and its logarithm as ONNX nodes.
import { sizeOf } from "../../core/index.ts";
import { fixedShape, type ReduceParams } from "../../graph/index.ts";
import type { ReductionOps } from "../../graph/ops/reduction.ts";
import { onnxType } from "../tensor.ts";
import type { Emitter } from "./emitter.ts";
import type { Lowering, LoweringTable, Operand } from "./lowering.ts";
import { isLargeSum } from "./summed-squares.ts";

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
 * The sum of all elements, or of their squares, [1]. Providers add them up one after another in float32, which over the
 * millions of a network's gradients loses three digits; so rows are summed first.
 */
function sumAll(emit: Emitter, { name, shape, isRoot }: Operand): string {
  const size = sizeOf(fixedShape(shape));
  const whole = size - (size % ROW);
  const sumOf = (rows: number, from: number): string => {
    const width = from === 0 ? ROW : size - from;
    const part = emit.part(name, size, [from, from + rows * width]);
    if (!isRoot) return emit.reduceSum(emit.reshape(part, [rows, width]), [1], false);
    const row = emit.reshape(part, [rows, 1, width]);
    return emit.reshape(emit.batchedMatmul(row, row, false, true), [rows]);
  };
  const total = emit.reduceSum(sumOf(whole / ROW, 0), [0], true);
  return whole === size ? total : emit.add(total, sumOf(1, whole));
}

/** The sum of a whole large tensor is taken by rows first. */
export const reductionLowerings: LoweringTable<ReductionOps> = {
  reduceSum: reduce((emit, [x], { axes, keepDims }, [type]) => [
    isLargeSum(x!, axes)
      ? emit.reshape(sumAll(emit, x!), type!.shape)
      : emit.reduceSum(x!.name, axes, keepDims),
  ]),
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
