// Losses of one binary classifier for each class: targets for them, and the focal loss.
import { add, mul, oneHot, pow, reduceMean, reduceSum, sigmoid, sub, type Value } from "../graph/index.ts";
import { binaryCrossEntropyWithLogits, type Reduction } from "./losses.ts";

/**
 * Targets [N, C] of one classifier for each class: labels [N] one-hot, or probabilities [N, C] as they are; smoothed to
 * (1 - smoothing) t + smoothing / C.
 */
export function oneVsRestTargets(labels: Value, classes: number, labelSmoothing = 0): Value {
  const targets = labels.shape.length === 1 ? oneHot(labels, classes) : labels;
  return labelSmoothing === 0 ? targets : add(mul(targets, 1 - labelSmoothing), labelSmoothing / classes);
}

export interface SigmoidFocalLossOptions {
  /** Weight of positive targets, that of negative ones being 1 - alpha; null: both 1. Default 0.25. */
  readonly alpha?: number | null;
  /** Focusing exponent; 0 gives binary cross-entropy. Default 2. */
  readonly gamma?: number;
  /** Weight of each entry, broadcast to the logits. Default: all 1. */
  readonly weight?: Value;
  /** Default `mean`, over all entries. */
  readonly reduction?: Reduction;
}

/**
 * The focal loss of Lin et al., "Focal Loss for Dense Object Detection" (2017), as torchvision's `sigmoid_focal_loss`:
 * alpha_t (1 - p_t)^gamma (-log p_t), with p = sigmoid(logit) and p_t = p t + (1 - p)(1 - t). Unlike `focalLoss`, p_t
 * is the probability itself, neither weighted nor smoothed.
 */
export function sigmoidFocalLoss(
  logits: Value,
  targets: Value,
  { alpha = 0.25, gamma = 2, weight, reduction = "mean" }: SigmoidFocalLossOptions = {},
): Value {
  const p = sigmoid(logits);
  const negative = sub(1, targets);
  const missing = add(mul(sub(1, p), targets), mul(p, negative));
  const crossEntropy = binaryCrossEntropyWithLogits(logits, targets, { reduction: "none" });
  const focused = gamma === 0 ? crossEntropy : mul(pow(missing, gamma), crossEntropy);
  const balanced =
    alpha === null ? focused : mul(focused, add(mul(targets, alpha), mul(negative, 1 - alpha)));
  const entries = weight === undefined ? balanced : mul(balanced, weight);
  if (reduction === "none") return entries;
  return reduction === "sum" ? reduceSum(entries) : reduceMean(entries);
}
