// Losses as graph code: cross-entropy, focal loss, binary cross-entropy.
import { ClassifierTrainingError } from "../core/index.ts";
import {
  add,
  div,
  exp,
  logSoftmax,
  mul,
  neg,
  oneHot,
  pow,
  reduceMean,
  reduceSum,
  reshape,
  softplus,
  sub,
  transpose,
  type Value,
} from "../graph/index.ts";

export type Reduction = "mean" | "sum" | "none";

export interface CrossEntropyOptions {
  /** Weight of each class, [C]. Default: all 1. */
  readonly weight?: Value;
  /** Share of the target that is spread evenly over all classes, in [0, 1). Default 0. */
  readonly labelSmoothing?: number;
  /**
   * Default `mean`: with labels the sum divided by the sum of the labels' weights, with soft targets
   * divided by the number of samples; both as torch.
   */
  readonly reduction?: Reduction;
}

/**
 * Cross-entropy of logits [N, C, ...] with labels (integers [N, ...]; a label outside 0..C-1, such as
 * torch's ignore_index -100, leaves the loss) or with target probabilities of the shape of the logits.
 * Per sample: sum_c w_c t'_c (-log p_c) with t' = (1 - smoothing) t + smoothing / C.
 */
export function crossEntropy(logits: Value, target: Value, options: CrossEntropyOptions = {}): Value {
  const { perSample, weights, soft } = crossEntropyTerms(logits, target, options);
  switch (options.reduction ?? "mean") {
    case "none":
      return perSample;
    case "sum":
      return reduceSum(perSample);
    case "mean":
      return soft ? reduceMean(perSample) : div(reduceSum(perSample), reduceSum(weights));
  }
}

export interface FocalLossOptions extends CrossEntropyOptions {
  /** Focusing exponent; 0 gives the plain mean of cross-entropies. Default 2. */
  readonly gamma?: number;
}

/**
 * Focal loss as the classifier-training project defines it: with ce the cross-entropy per sample (class
 * weights and smoothing included) and pt = exp(-ce): (1 - pt)^gamma ce. The mean is over samples, not
 * divided by class weights.
 */
export function focalLoss(logits: Value, target: Value, options: FocalLossOptions = {}): Value {
  const { perSample } = crossEntropyTerms(logits, target, options);
  const modulation = pow(sub(1, exp(neg(perSample))), options.gamma ?? 2);
  return reduceBy(options.reduction, mul(modulation, perSample));
}

interface CrossEntropyTerms {
  /** Loss per sample, of the shape of the labels. */
  readonly perSample: Value;
  /** Class weight of each sample's label; 0 where it is ignored. */
  readonly weights: Value;
  readonly soft: boolean;
}

function crossEntropyTerms(logits: Value, target: Value, options: CrossEntropyOptions): CrossEntropyTerms {
  const { weight, labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new ClassifierTrainingError(
      "usage",
      "LABEL_SMOOTHING",
      `label smoothing ${labelSmoothing} is not in [0, 1)`,
    );
  }
  const classes = logits.shape[1]!;
  const soft = target.shape.length === logits.shape.length;
  const logProbabilities = logSoftmax(classesLast(logits));
  const targets = soft ? classesLast(target) : oneHot(reshape(target, [-1]), classes);
  const weighted = weight === undefined ? targets : mul(targets, weight);
  const smoothed = smooth(targets, soft, labelSmoothing);
  const scores = weight === undefined ? smoothed : mul(smoothed, weight);
  const sampleShape = logits.shape.filter((_, axis) => axis !== 1);
  const overClasses = (value: Value): Value => reshape(reduceSum(value, { axes: [1] }), sampleShape);
  return { perSample: neg(overClasses(mul(scores, logProbabilities))), weights: overClasses(weighted), soft };
}

/** [N, C, d...] -> [N d..., C] */
function classesLast(x: Value): Value {
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  return reshape(transpose(x, [0, ...spatial, 1]), [-1, x.shape[1]!]);
}

function smooth(targets: Value, soft: boolean, smoothing: number): Value {
  if (smoothing === 0) return targets;
  const floor = smoothing / targets.shape[1]!;
  // A row of zeros is an ignored label: nothing is spread there.
  const spread = soft ? floor : mul(reduceSum(targets, { axes: [1], keepDims: true }), floor);
  return add(mul(targets, 1 - smoothing), spread);
}

export interface BinaryCrossEntropyOptions {
  /** Weight of each entry, broadcast to the logits. Default: all 1. */
  readonly weight?: Value;
  /** Weight of positive targets per class, [C]. Default: all 1. */
  readonly positiveWeight?: Value;
  /** Default `mean`, over all entries. */
  readonly reduction?: Reduction;
}

/**
 * Binary cross-entropy of logits and targets in [0, 1] of one shape, one classifier per class:
 * (1 - t) x + (1 + (p - 1) t) softplus(-x), with p the weight of positives.
 */
export function binaryCrossEntropyWithLogits(
  logits: Value,
  targets: Value,
  { weight, positiveWeight, reduction }: BinaryCrossEntropyOptions = {},
): Value {
  const penalty = softplus(neg(logits));
  const positives =
    positiveWeight === undefined ? penalty : mul(add(1, mul(sub(positiveWeight, 1), targets)), penalty);
  const loss = add(mul(sub(1, targets), logits), positives);
  return reduceBy(reduction, weight === undefined ? loss : mul(loss, weight));
}

function reduceBy(reduction: Reduction = "mean", perSample: Value): Value {
  if (reduction === "none") return perSample;
  return reduction === "sum" ? reduceSum(perSample) : reduceMean(perSample);
}
