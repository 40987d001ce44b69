// Batch normalisation as ONNX nodes; the training form by ONNX's own operator, which CPU providers have.
import { sizeOf } from "../../core/index.ts";
import { type Dims, fixedDim, fixedShape } from "../../graph/index.ts";
import type { NormalizationOps } from "../../graph/ops/normalization.ts";
import type { Emitter } from "./emitter.ts";
import type { LoweringTable, Operand } from "./lowering.ts";

/** A vector [C] shaped to broadcast over [N, C, ...]. */
export function perChannel(emit: Emitter, vector: string, { shape }: Operand): string {
  return emit.reshape(vector, [1, shape[1]!, ...shape.slice(2).map(() => 1)]);
}

/** All axes but the channels'. */
export function statisticAxes(shape: Dims): number[] {
  return shape.map((_, axis) => axis).filter((axis) => axis !== 1);
}

/** 1 / sqrt(variance + epsilon) */
export function inverseDeviation(emit: Emitter, variance: string, epsilon: number): string {
  return emit.node("Reciprocal", [emit.node("Sqrt", [emit.add(variance, emit.scalar(epsilon))])]);
}

/** Elements of a map from which on a dot product per map is faster than product and sum. */
const DOT_SIZE = 64;

/** sum(a b) per channel [C]; of large maps as dot products, so that nothing of the operands' size is written. */
function channelDots(emit: Emitter, a: Operand, b: Operand): string {
  const shape = fixedShape(a.shape);
  const [batch, channels] = shape as [number, number];
  const size = sizeOf(shape) / (batch * channels);
  if (size < DOT_SIZE) return emit.reduceSum(emit.mul(a.name, b.name), statisticAxes(a.shape), false);
  const rows = (x: Operand): string => emit.reshape(x.name, [batch * channels, 1, size]);
  const dots = emit.batchedMatmul(rows(a), rows(b), false, true);
  return emit.reduceSum(emit.reshape(dots, [batch, channels]), [0], false);
}

/** One value of each channel, [C], in memory of its own. */
function firstValues(emit: Emitter, { name, shape }: Operand): string {
  const axes = statisticAxes(shape);
  const zeros = axes.map(() => 0);
  const first = emit.slice(
    name,
    axes,
    zeros,
    zeros.map(() => 1),
  );
  return emit.reshape(first, [shape[1]!]);
}

/** The ops of the channels over the batch. */
export type BatchNormOps = Omit<NormalizationOps, "layerNorm" | "layerNormGrad">;

/** All three from ONNX's `BatchNormalization`, with what it lacks added around it. */
export const normalizationLowerings: LoweringTable<BatchNormOps> = {
  // With momentum 0 the running statistics it returns are the batch's own, whatever it is given; but it writes
  // them over what it is given, so that must be memory that nothing else uses.
  batchNormTraining: (emit, [x, weight, bias], { epsilon }) => {
    const mean = firstValues(emit, x!);
    const variance = emit.node("Neg", [mean]);
    return emit.nodeOutputs(
      "BatchNormalization",
      [x!.name, weight!.name, bias!.name, mean, variance],
      { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: 1 },
      ["y", "mean", "variance"],
    );
  },
  // With x' = (x - mean) / s, M values per channel: dbias = sum(dy), dweight = sum(dy x'),
  // dx = weight / s (dy - (dbias + x' dweight) / M). The part in x is itself a batch normalisation.
  batchNormGrad: (emit, [dy, x, weight, mean, variance], { epsilon }) => {
    const count = emit.scalar(sizeOf(fixedShape(x!.shape)) / fixedDim(x!.shape[1]!));
    const inverse = inverseDeviation(emit, variance!.name, epsilon);
    const dbias = emit.reduceSum(dy!.name, statisticAxes(x!.shape), false);
    const centred = emit.sub(channelDots(emit, dy!, x!), emit.mul(mean!.name, dbias));
    const dweight = emit.mul(centred, inverse);
    const gain = emit.mul(weight!.name, inverse);
    const share = emit.node("Neg", [emit.node("Div", [gain, count])]);
    const correction = emit.node(
      "BatchNormalization",
      [x!.name, emit.mul(share, dweight), emit.mul(share, dbias), mean!.name, variance!.name],
      { epsilon: { float: epsilon } },
    );
    const dx = emit.add(emit.mul(dy!.name, perChannel(emit, gain, x!)), correction);
    return [dx, dweight, dbias];
  },
  batchNormInference: (emit, inputs, { epsilon }) => [
    emit.node(
      "BatchNormalization",
      inputs.map(({ name }) => name),
      { epsilon: { float: epsilon } },
    ),
  ],
};
