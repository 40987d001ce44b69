// Layer normalisation as ONNX nodes: ONNX's own operator, and its gradient composed.
import { fixedDim } from "../../graph/index.ts";
import type { NormalizationOps } from "../../graph/ops/normalization.ts";
import type { Emitter } from "./emitter.ts";
import type { LoweringTable, Operand } from "./lowering.ts";
import { inverseDeviation } from "./normalization.ts";

/** One value for each row [...], shaped to broadcast over [..., C]. */
function perRow(emit: Emitter, statistic: string, { shape }: Operand): string {
  return emit.reshape(statistic, [...shape.slice(0, -1), 1]);
}

/** The operator gives 1 / sqrt(variance + epsilon), from which the variance is worked out where it is used. */
export const layerNormLowerings: LoweringTable<Pick<NormalizationOps, "layerNorm" | "layerNormGrad">> = {
  layerNorm: (emit, [x, weight, bias], { epsilon }, [, mean, variance]) => {
    const inputs = [x!.name, weight!.name, bias!.name];
    const attributes = { axis: x!.shape.length - 1, epsilon: { float: epsilon } };
    if (!mean!.isUsed && !variance!.isUsed)
      return [emit.node("LayerNormalization", inputs, attributes), "", ""];
    const outputs = ["y", "mean", "inverse_deviation"];
    const [y, means, inverse] = emit.nodeOutputs("LayerNormalization", inputs, attributes, outputs);
    const widened = emit.node("Reciprocal", [emit.mul(inverse!, inverse!)]);
    const statistics = [means!, emit.sub(widened, emit.scalar(epsilon))];
    return [y!, ...statistics.map((statistic) => emit.reshape(statistic, mean!.shape))];
  },
  layerNormGrad: (emit, [dy, x, weight, mean, variance], { epsilon }) => {
    const last = x!.shape.length - 1;
    const rows = Array.from({ length: last }, (_, axis) => axis);
    const inverse = perRow(emit, inverseDeviation(emit, variance!.name, epsilon), x!);
    const normalized = emit.mul(emit.sub(x!.name, perRow(emit, mean!.name, x!)), inverse);
    const projected = emit.mul(dy!.name, normalized);
    const width = fixedDim(weight!.shape[0]!);
    const column = emit.reshape(emit.mul(weight!.name, emit.scalar(1 / width)), [width, 1]);
    const scaled = emit.mul(dy!.name, weight!.name);
    const means = emit.node("MatMul", [dy!.name, column]);
    const slopes = emit.node("MatMul", [projected, column]);
    const centred = emit.sub(emit.sub(scaled, means), emit.mul(normalized, slopes));
    return [
      emit.mul(centred, inverse),
      emit.reduceSum(projected, rows, false),
      emit.reduceSum(dy!.name, rows, false),
    ];
  },
};
