// Losses as graph code: cross-entropy, focal loss, binary cross-entropy.
import { ClassifierTrainingError } from "../core/index.ts";
import {
  add,
  div,
  exp,
  fixedDim,
  logSoftmax,
  missingDim,
  mul,
  neg,
  pow,
  reduceMean,
  reduceSum,
  reshape,
  sizeOfAxis,
  softplus,
  sub,
  transpose,
  type Value,
} from "../graph/index.ts";
import { countedRows, IGNORE_INDEX, labelRows } from "./labels.ts";

/** What a loss gives: the mean or sum as a scalar, or one value for each sample or entry. */
export type Reduction = "mean" | "sum" | "none";

/** How classes and samples are weighed and put together; the defaults are those of torch's `cross_entropy`. */
export interface CrossEntropyOptions {
  /** Weight of each class, [C]. Default: all 1. */
  readonly weight?: Value;
  /** Share of the target that is spread evenly over all classes, in [0, 1]. Default 0. */
  readonly labelSmoothing?: number;
  /** Samples with this label leave loss, mean and gradient; it may be a class's own index. Default -100. */
  readonly ignoreIndex?: number;
  /**
   * Default `mean`: with labels the sum divided by the sum of the weights of the labels that count (NaN where none
   * does), with soft targets divided by the number of samples; both as torch.
   */
  readonly reduction?: Reduction;
}

/**
 * Cross-entropy of logits [N, C, ...] with labels (integers [N, ...] in 0..C-1, or `ignoreIndex`) or with target
 * probabilities of the shape of the logits, as torch's `cross_entropy`.
 * Per sample: sum_c w_c t'_c (-log p_c) with t' = (1 - smoothing) t + smoothing / C.
 * @throws ClassifierTrainingError kind "usage": `LABEL_SMOOTHING`; `IGNORE_INDEX` for a class with target probabilities
 */
export function crossEntropy(logits: Value, target: Value, options: CrossEntropyOptions = {}): Value {
  const { perSample, weights, counted } = crossEntropyTerms(logits, target, options);
  switch (options.reduction ?? "mean") {
    case "none":
      return perSample;
    case "sum":
      return reduceSum(perSample);
    case "mean":
      return counted === undefined ? reduceMean(perSample) : div(reduceSum(perSample), reduceSum(weights));
  }
}

/** Those of the cross-entropy that the focal loss is made of, and its exponent. */
export interface FocalLossOptions extends CrossEntropyOptions {
  /** Focusing exponent; 0 gives the plain mean of cross-entropies. Default 2. */
  readonly gamma?: number;
}

/**
 * Focal loss as the classifier-training project defines it: with ce the cross-entropy per sample (class
 * weights and smoothing included) and pt = exp(-ce): (1 - pt)^gamma ce. The mean is over samples, not
 * divided by class weights, and over those that count.
 */
export function focalLoss(logits: Value, target: Value, options: FocalLossOptions = {}): Value {
  const { perSample, counted } = crossEntropyTerms(logits, target, options);
  const modulation = pow(sub(1, exp(neg(perSample))), options.gamma ?? 2);
  return reduceBy(options.reduction, mul(modulation, perSample), counted);
}

interface CrossEntropyTerms {
  /** Loss per sample, of the shape of the labels. */
  readonly perSample: Value;
  /** Class weight of each sample's label; 0 where it is ignored. */
  readonly weights: Value;
  /** 1 for each sample whose label counts, else 0; undefined for soft targets: all do. */
  readonly counted: Value | undefined;
}

function crossEntropyTerms(logits: Value, target: Value, options: CrossEntropyOptions): CrossEntropyTerms {
  const { weight, labelSmoothing = 0, ignoreIndex = IGNORE_INDEX } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ClassifierTrainingError(
      "usage",
      "LABEL_SMOOTHING",
      `label smoothing ${labelSmoothing} is not in [0, 1]`,
    );
  }
  const classes = sizeOfAxis(logits, 1);
  const soft = target.shape.length === logits.shape.length;
  if (soft) checkSoftTargets(ignoreIndex);
  const logProbabilities = logSoftmax(classesLast(logits));
  const targets = soft ? classesLast(target) : labelRows(reshape(target, [-1]), classes, ignoreIndex);
  const weighted = weight === undefined ? targets : mul(targets, weight);
  const smoothed = smooth(targets, soft, labelSmoothing);
  const scores = weight === undefined ? smoothed : mul(smoothed, weight);
  const sampleShape = logits.shape.filter((_, axis) => axis !== 1);
  const overClasses = (value: Value): Value => reshape(reduceSum(value, { axes: [1] }), sampleShape);
  return {
    perSample: neg(overClasses(mul(scores, logProbabilities))),
    weights: overClasses(weighted),
    counted: soft ? undefined : overClasses(targets),
  };
}

/**
 * Soft targets have no label that could be left out.
 * @throws ClassifierTrainingError kind "usage" `IGNORE_INDEX` where a class is to be left out of them
 */
export function checkSoftTargets(ignoreIndex: number): void {
  if (ignoreIndex < 0) return;
  const message = `class ${ignoreIndex} cannot be ignored in target probabilities`;
  throw new ClassifierTrainingError("usage", "IGNORE_INDEX", message, {
    where: "model.ignore_index",
    hint: "leave MixUp and CutMix out, or give samples to be ignored a negative label",
  });
}

/** [N, C, d...] -> [N d..., C] */
function classesLast(x: Value): Value {
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  return reshape(transpose(x, [0, ...spatial, 1]), [-1, x.shape[1]!]);
}

function smooth(targets: Value, soft: boolean, smoothing: number): Value {
  if (smoothing === 0) return targets;
  const floor = smoothing / sizeOfAxis(targets, 1);
  // A row of zeros is an ignored label: nothing is spread there.
  const spread = soft ? floor : mul(countedRows(targets), floor);
  return add(mul(targets, 1 - smoothing), spread);
}

/** How entries are weighed, left out and put together; by default all count alike. */
export interface BinaryCrossEntropyOptions {
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
 * Binary cross-entropy of logits and targets in [0, 1] of one shape, one classifier per class:
 * (1 - t) x + (1 + (p - 1) t) softplus(-x), with p the weight of positives.
 */
export function binaryCrossEntropyWithLogits(
  logits: Value,
  targets: Value,
  { weight, positiveWeight, mask, reduction }: BinaryCrossEntropyOptions = {},
): Value {
  const penalty = softplus(neg(logits));
  const positives =
    positiveWeight === undefined ? penalty : mul(add(1, mul(sub(positiveWeight, 1), targets)), penalty);
  const loss = add(mul(sub(1, targets), logits), positives);
  return reduceBy(reduction, weight === undefined ? loss : mul(loss, weight), mask);
}

/** Reduces losses; those where `mask` is 0 are 0 and leave the mean. */
export function reduceBy(reduction: Reduction = "mean", losses: Value, mask?: Value): Value {
  if (mask === undefined) {
    if (reduction === "none") return losses;
    return reduction === "sum" ? reduceSum(losses) : reduceMean(losses);
  }
  const counted = mul(losses, mask);
  if (reduction === "none") return counted;
  const repeats = fixedDim(missingDim(losses.shape, mask.shape));
  return reduction === "sum" ? reduceSum(counted) : div(reduceSum(counted), mul(reduceSum(mask), repeats));
}
