// The asymmetric loss of several labels: absent ones, of which there are many, soon weigh little.
import { add, clip, log, mul, neg, pow, sigmoid, softplus, sub, type Value } from "../graph/index.ts";
import { type BinaryCrossEntropyOptions, reduceBy } from "./losses.ts";

/** The three parameters of the asymmetric loss, and how entries are weighed, left out and put together. */
export interface AsymmetricLossOptions extends BinaryCrossEntropyOptions {
  /** Focusing exponent of present labels; default 1. */
  readonly gammaPositive?: number;
  /** Focusing exponent of absent labels; default 4. */
  readonly gammaNegative?: number;
  /** Probability of an absent label that counts as none; default 0.05. */
  readonly clip?: number;
}

/**
 * Ridnik et al., "Asymmetric Loss For Multi-Label Classification" (2021), formula 5, with p = sigmoid(logit) and
 * p_m = max(p - clip, 0): t (1 - p)^gammaPositive (-log p) + (1 - t) p_m^gammaNegative (-log(1 - p_m)). The gradient goes through
 * the focusing weights too.
 * @param targets in [0, 1], of the shape of the logits
 */
export function asymmetricLoss(
  logits: Value,
  targets: Value,
  {
    gammaPositive = 1,
    gammaNegative = 4,
    clip: margin = 0.05,
    weight,
    positiveWeight,
    mask,
    reduction,
  }: AsymmetricLossOptions = {},
): Value {
  const p = sigmoid(logits);
  const present = focused(sub(1, p), gammaPositive, softplus(neg(logits)));
  const shifted = margin === 0 ? p : clip(sub(p, margin), 0, 1);
  // Without a margin 1 - p is 0 for large logits, and its logarithm has to come from the logit.
  const absent = margin === 0 ? softplus(logits) : neg(log(sub(1, shifted)));
  const positive = mul(targets, positiveWeight === undefined ? present : mul(present, positiveWeight));
  const losses = add(positive, mul(sub(1, targets), focused(shifted, gammaNegative, absent)));
  return reduceBy(reduction, weight === undefined ? losses : mul(losses, weight), mask);
}

function focused(missing: Value, gamma: number, loss: Value): Value {
  return gamma === 0 ? loss : mul(pow(missing, gamma), loss);
}
