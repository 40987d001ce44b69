// What became of each label of a picture: found, missed, or said without being there.
import { PRESENT, UNKNOWN } from "../../core/index.ts";

/** Present and predicted, present only, or predicted only. */
export type LabelOutcome = "right" | "missed" | "extra";

/** A label that is present or predicted. */
export interface JudgedLabel {
  readonly label: number;
  readonly outcome: LabelOutcome;
  readonly probability: number;
}

/** What is true and what is said of a picture, label by label. */
interface Judged {
  readonly truth: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

/**
 * The labels that a picture has or is said to have, in the order of the labels; those of which nothing is known stay out.
 * @param limits a label is predicted where its probability is above its own
 */
export function judgedLabelsOf({ truth, probabilities }: Judged, limits: Float32Array): JudgedLabel[] {
  const judged: JudgedLabel[] = [];
  for (const [label, limit] of limits.entries()) {
    const probability = probabilities[label]!;
    const said = Math.fround(probability) > limit;
    if (truth[label] === UNKNOWN || (truth[label] !== PRESENT && !said)) continue;
    const outcome = truth[label] === PRESENT ? (said ? "right" : "missed") : "extra";
    judged.push({ label, outcome, probability });
  }
  return judged;
}
