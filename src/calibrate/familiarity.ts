// How far a picture is from anything the model was trained on.
import type { TaskName } from "../core/index.ts";

/**
 * The negative energy of a picture: the logarithm of the sum of its exponentiated logits, high for what is like the training
 * pictures. (Liu et al., "Energy-based Out-of-distribution Detection", 2020, at temperature 1.) With several labels the sum
 * over labels of the logarithm of 1 + exp(logit): JointEnergy (Wang et al., "Can multi-label classification networks know what
 * they don't know?", 2021).
 * @param task default `multi_class`
 */
export function familiarityOf(logits: Float32Array, task?: TaskName): number {
  if (task === "multi_label") return logits.reduce((sum, logit) => sum + Math.log1p(Math.exp(logit)), 0);
  const largest = Math.max(...logits);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}

/** The least familiarity that `share` of the given ones have. */
export function leastFamiliarity(familiarities: readonly number[], share: number): number {
  const ordered = familiarities.toSorted((a, b) => b - a);
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)]!;
}

/**
 * How well scores tell pictures of the known kinds from others: the probability that one of the former has the higher score,
 * ties counted half (the area under the ROC curve; Hanley and McNeil 1982).
 */
export function separation(known: readonly number[], others: readonly number[]): number {
  const ordered = others.toSorted((a, b) => a - b);
  const below = (score: number, inclusive: boolean): number => {
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inclusive ? ordered[middle]! <= score : ordered[middle]! < score) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = known.reduce((sum, score) => sum + (below(score, false) + below(score, true)) / 2, 0);
  return wins / (known.length * others.length);
}
