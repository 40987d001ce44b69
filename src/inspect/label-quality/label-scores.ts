// Scores of given labels between 0 and 1: the lower, the more likely the label is wrong.
import { CLOSE } from "./confident-joint.ts";

/**
 * How a label is scored, by the names of cleanlab: the probability p of the given label; (p - the largest other + 1) / 2; or log(x + 1) / x
 * where x is the entropy of the row as a share of the largest possible, divided by p.
 */
export type LabelScore = "self_confidence" | "normalized_margin" | "confidence_weighted_entropy";

/** The names of the scores. */
export const LABEL_SCORES: readonly LabelScore[] = [
  "self_confidence",
  "normalized_margin",
  "confidence_weighted_entropy",
];

/** Scores one sample. @param row the probability of each class, of which there are two at least */
export function scoreLabel(row: ArrayLike<number>, given: number, score: LabelScore): number {
  return SCORES[score](row, given);
}

const SCORES: Readonly<Record<LabelScore, (row: ArrayLike<number>, given: number) => number>> = {
  self_confidence: (row, given) => row[given]!,
  normalized_margin: (row, given) => {
    let other = 0;
    for (let k = 0; k < row.length; k++) if (k !== given) other = Math.max(other, row[k]!);
    return (row[given]! - other + 1) / 2;
  },
  confidence_weighted_entropy: (row, given) => {
    const doubt = normalizedEntropy(row) / Math.max(row[given]!, CLOSE);
    return Math.log(doubt + 1) / Math.max(doubt, CLOSE);
  },
};

function normalizedEntropy(row: ArrayLike<number>): number {
  let entropy = 0;
  for (let k = 0; k < row.length; k++) if (row[k]! > 0) entropy -= row[k]! * Math.log(row[k]!);
  return entropy / Math.log(row.length);
}
