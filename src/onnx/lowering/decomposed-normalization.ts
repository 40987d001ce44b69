// Batch normalisation in training from elementwise and reduce nodes, for providers whose BatchNormalization
// has no training mode (WebGPU).
import { sizeOf } from "../../core/index.ts";
import { fixedDim, fixedShape } from "../../graph/index.ts";
import type { LoweringTable } from "./lowering.ts";
import {
  type BatchNormOps,
  inverseDeviation,
  normalizationLowerings,
  perChannel,
  statisticAxes,
} from "./normalization.ts";

/** As `normalizationLowerings`, except for the training form. */
export const decomposedNormalizationLowerings: LoweringTable<BatchNormOps> = {
  ...normalizationLowerings,
  batchNormTraining: (emit, [x, weight, bias], { epsilon }) => {
    const axes = statisticAxes(x!.shape);
    const share = emit.scalar(fixedDim(x!.shape[1]!) / sizeOf(fixedShape(x!.shape)));
    const mean = emit.mul(emit.reduceSum(x!.name, axes, false), share);
    const centred = emit.sub(x!.name, perChannel(emit, mean, x!));
    const variance = emit.mul(emit.reduceSum(emit.mul(centred, centred), axes, false), share);
    const gain = emit.mul(weight!.name, inverseDeviation(emit, variance, epsilon));
    const scaled = emit.mul(centred, perChannel(emit, gain, x!));
    return [emit.add(scaled, perChannel(emit, bias!.name, x!)), mean, variance];
  },
};
