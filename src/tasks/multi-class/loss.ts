// Losses of pictures of one class each: softmax cross-entropy and its kin, or a binary classifier for each class.
import { float32, type HostTensor, toNumbers } from "../../core/index.ts";
import { constant, sizeOfAxis, type Value } from "../../graph/index.ts";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  focalLoss,
  oneVsRestTargets,
  sigmoidFocalLoss,
} from "../../nn/index.ts";
import type { LossSettings } from "../task.ts";

/** The loss of logits [N, C] and labels [N] (or target probabilities [N, C]). */
export function multiClassLoss(logits: Value, labels: Value, settings: LossSettings): Value {
  const { lossName, focalGamma: gamma, focalAlpha: alpha, labelSmoothing, ignoreIndex } = settings;
  const { classWeights } = settings;
  const weight =
    classWeights === undefined
      ? {}
      : { weight: constant(logits.node.graph, float32([classWeights.length], classWeights)) };
  const options = { labelSmoothing, ignoreIndex, ...weight };
  if (lossName === "cross_entropy") return crossEntropy(logits, labels, options);
  if (lossName === "focal") return focalLoss(logits, labels, { ...options, gamma });
  const { targets, mask } = oneVsRestTargets(labels, sizeOfAxis(logits, 1), options);
  if (lossName === "bce") return binaryCrossEntropyWithLogits(logits, targets, { ...weight, mask });
  return sigmoidFocalLoss(logits, targets, { ...weight, mask, alpha, gamma });
}

/** The samples that count; in a weighted cross-entropy the weights of their labels. */
export function multiClassDivisor({ shape, data }: HostTensor, settings: LossSettings): number {
  if (shape.length !== 1) return shape[0]!;
  const weights = settings.lossName === "cross_entropy" ? settings.classWeights : undefined;
  const counted = toNumbers(data).filter((label) => label !== settings.ignoreIndex);
  return counted.reduce((sum, label) => sum + (weights?.[label] ?? 1), 0);
}
