// Losses of pictures with several labels: a binary classifier for each, over the entries that are known.
import { float32, type HostTensor, toNumbers, UNKNOWN } from "../../core/index.ts";
import { add, clip, constant, div, mul, reduceSum, type Value } from "../../graph/index.ts";
import { asymmetricLoss, binaryCrossEntropyWithLogits, sigmoidFocalLoss } from "../../nn/index.ts";
import type { LossSettings } from "../task.ts";

/**
 * The mean over all known entries of logits [N, C] and labels [N, C], which are in [0, 1], or -1 where nothing is known; 0 where
 * nothing is known at all. Label smoothing s makes targets (1 - s) t + s / 2; `classWeights` weigh present labels.
 */
export function multiLabelLoss(logits: Value, labels: Value, settings: LossSettings): Value {
  const { lossName, focalGamma, focalAlpha, labelSmoothing, classWeights } = settings;
  const mask = clip(add(labels, 1), 0, 1);
  const exact = clip(labels, 0, 1);
  const targets = labelSmoothing === 0 ? exact : add(mul(exact, 1 - labelSmoothing), labelSmoothing / 2);
  const positiveWeight =
    classWeights === undefined
      ? {}
      : { positiveWeight: constant(logits.node.graph, float32([classWeights.length], classWeights)) };
  const options = { ...positiveWeight, mask, reduction: "none" } as const;
  const losses =
    lossName === "bce"
      ? binaryCrossEntropyWithLogits(logits, targets, options)
      : lossName === "asymmetric"
        ? asymmetricLoss(logits, targets, {
            ...options,
            gammaPositive: settings.asymmetricGammaPositive,
            gammaNegative: settings.asymmetricGammaNegative,
            clip: settings.asymmetricClip,
          })
        : sigmoidFocalLoss(logits, targets, { ...options, alpha: focalAlpha, gamma: focalGamma });
  return div(reduceSum(losses), clip(reduceSum(mask), 1, Number.MAX_SAFE_INTEGER));
}

/** The entries that are known. */
export function multiLabelDivisor({ data }: HostTensor): number {
  return toNumbers(data).filter((entry) => entry !== UNKNOWN).length;
}
