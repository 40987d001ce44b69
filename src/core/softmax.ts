// Probabilities of logits.

/** exp(x - max) / sum, which neither overflows nor divides by 0. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const powers = Float64Array.from(logits);
  const largest = Math.max(...powers);
  let sum = 0;
  for (let i = 0; i < powers.length; i++) {
    powers[i] = Math.exp(powers[i]! - largest);
    sum += powers[i]!;
  }
  for (let i = 0; i < powers.length; i++) powers[i]! /= sum;
  return powers;
}
