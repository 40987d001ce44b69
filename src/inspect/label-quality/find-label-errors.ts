// Ranks labels by how likely they are wrong, given what a model that has not seen the samples says of them.
import { ClassifierTrainingError } from "../../core/index.ts";
import { confidentJoint, type PredictedLabels } from "./confident-joint.ts";
import { type LabelScore, scoreLabel } from "./label-scores.ts";
import { doubtedLabels, type LabelFilter } from "./prune.ts";

/** How labels are doubted and ranked. */
export interface LabelErrorOptions {
  /** Default `self_confidence`. */
  readonly score?: LabelScore;
  /** Default `prune_by_noise_rate`. */
  readonly filter?: LabelFilter;
}

/** A label that the model would not give. */
export interface SuspiciousLabel {
  /** Position of the sample. */
  readonly sample: number;
  readonly given: number;
  /** The class that the model finds most probable. */
  readonly suggested: number;
  /** Between 0 and 1: the lower, the more likely the label is wrong. */
  readonly score: number;
  /** Whether confident learning counts it among the errors. */
  readonly isError: boolean;
}

/**
 * The labels that the model contradicts: first those that confident learning counts as errors, then the others, each by rising score.
 * @throws ClassifierTrainingError kind "data" `LABEL_QUALITY` for rows that do not fit the labels, or are no probabilities
 */
export function findLabelErrors(
  predicted: PredictedLabels,
  { score = "self_confidence", filter = "prune_by_noise_rate" }: LabelErrorOptions = {},
): SuspiciousLabel[] {
  checkPredictions(predicted);
  const { probabilities, labels, classes } = predicted;
  const errors = doubtedLabels(predicted, confidentJoint(predicted), filter);
  const found: SuspiciousLabel[] = [];
  for (let sample = 0; sample < labels.length; sample++) {
    const row = Array.from({ length: classes }, (_, k) => probabilities[sample * classes + k]!);
    const given = labels[sample]!;
    const suggested = row.indexOf(Math.max(...row));
    if (suggested === given || row[suggested] === row[given]) continue;
    found.push({
      sample,
      given,
      suggested,
      score: scoreLabel(row, given, score),
      isError: errors.has(sample),
    });
  }
  return found.sort(bySuspicion);
}

/** Errors first, then by score. */
export function bySuspicion(
  a: Pick<SuspiciousLabel, "isError" | "score">,
  b: Pick<SuspiciousLabel, "isError" | "score">,
): number {
  return Number(b.isError) - Number(a.isError) || a.score - b.score;
}

function checkPredictions({ probabilities, labels, classes }: PredictedLabels): void {
  const wrong = (message: string): ClassifierTrainingError =>
    new ClassifierTrainingError("data", "LABEL_QUALITY", message);
  if (classes < 2 || probabilities.length !== labels.length * classes)
    throw wrong(`${probabilities.length} probabilities are not ${labels.length} rows of ${classes} classes`);
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw wrong(`label ${label} of sample ${sample} is none of the ${classes} classes`);
  }
  for (let i = 0; i < probabilities.length; i++) {
    const probability = probabilities[i]!;
    if (!(probability >= 0 && probability <= 1 + 1e-4))
      throw wrong(`${probability} of sample ${Math.floor(i / classes)} is no probability`);
  }
}
