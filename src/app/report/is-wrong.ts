// Which predictions are mistakes.
import { ABSENT, PRESENT } from "../../core/index.ts";
import type { LabelPrediction, Prediction } from "../../report/index.ts";

/** Whether another class than the true one is predicted. */
export function isWrong({ truth, predicted }: Prediction): boolean {
  return truth !== predicted;
}

/** Whether a present label is not predicted, or an absent one is. @param thresholds of each label; default 0.5 */
export function isWrongLabel(
  labels: number,
  thresholds: ArrayLike<number> = new Float32Array(labels).fill(0.5),
): (prediction: LabelPrediction) => boolean {
  return ({ truth, probabilities }) =>
    Array.from(truth).some(
      (entry, label) => entry === (probabilities[label]! > thresholds[label]! ? ABSENT : PRESENT),
    );
}
