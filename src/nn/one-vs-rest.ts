// Losses of one binary classifier for each class: targets for them, and the focal loss.
import { add, mul, pow, sigmoid, sub, type Value } from "../graph/index.ts";
import { countedRows, IGNORE_INDEX, labelRows } from "./labels.ts";
import { binaryCrossEntropyWithLogits, checkSoftTargets, type Reduction, reduceBy } from "./losses.ts";

/** How labels become the targets of one binary classifier for each class. */
export interface OneVsRestOptions {
  /** Targets become (1 - smoothing) t + smoothing / C. Default 0. */
  readonly labelSmoothing?: number;
  /** Samples with this label do not count; it may be a class's own index. Default -100. */
  readonly ignoreIndex?: number;
}

/** What one binary classifier for each class is trained on. */
export interface OneVsRestTargets {
  /** [N, C] */
  readonly targets: Value;
  /** [N, 1], with 1 for samples that count, else 0; undefined: all do. */
  readonly mask: Value | undefined;
}

/** Targets of one classifier for each class: labels [N] one-hot, or probabilities [N, C] as they are. */
export function oneVsRestTargets(
  labels: Value,
  classes: number,
  { labelSmoothing = 0, ignoreIndex = IGNORE_INDEX }: OneVsRestOptions = {},
): OneVsRestTargets {
  const soft = labels.shape.length !== 1;
  if (soft) checkSoftTargets(ignoreIndex);
  const rows = soft ? labels : labelRows(labels, classes, ignoreIndex);
  const targets = labelSmoothing === 0 ? rows : add(mul(rows, 1 - labelSmoothing), labelSmoothing / classes);
  return { targets, mask: soft ? undefined : countedRows(rows) };
}

/** The two parameters of the focal loss (Lin et al., 2017), and how entries are weighed and put together. */
export interface SigmoidFocalLossOptions {
  /** Weight of positive targets, that of negative ones being 1 - alpha; null: both 1. Default 0.25. */
  readonly alpha?: number | null;
  /** Focusing exponent; 0 gives binary cross-entropy. Default 2. */
  readonly gamma?: number;
  /** Weight of each entry, broadcast to the logits. Default: all 1. */
  readonly weight?: Value;
  /** Weight of positive targets per class, [C]. Default: all 1. */
  readonly positiveWeight?: Value;
  /** 1 for entries that count, 0 for those that do not, broadcast to the logits. Default: all count. */
  readonly mask?: Value | undefined;
  /** Default `mean`, over all entries that count. */
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
  { alpha = 0.25, gamma = 2, weight, positiveWeight, mask, reduction = "mean" }: SigmoidFocalLossOptions = {},
): Value {
  const p = sigmoid(logits);
  const negative = sub(1, targets);
  const missing = add(mul(sub(1, p), targets), mul(p, negative));
  const weighed = positiveWeight === undefined ? {} : { positiveWeight };
  const crossEntropy = binaryCrossEntropyWithLogits(logits, targets, { ...weighed, reduction: "none" });
  const focused = gamma === 0 ? crossEntropy : mul(pow(missing, gamma), crossEntropy);
  const balanced =
    alpha === null ? focused : mul(focused, add(mul(targets, alpha), mul(negative, 1 - alpha)));
  const entries = weight === undefined ? balanced : mul(balanced, weight);
  return reduceBy(reduction, entries, mask);
}
