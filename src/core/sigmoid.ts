// The probability of one label by itself.

/** 1 / (1 + exp(-x)), which is 0 or 1 where the power is too large. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** The logit whose sigmoid is `probability`; infinite for 0 and 1. */
export function logitOf(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability);
}
