// From logits to what is said of a picture: the one place where classes get their probabilities and their order.
import { type Calibration, type Doubt, doubtOf, probabilitiesOf } from "../calibrate/index.ts";
import type { TaskName } from "../core/index.ts";
import { isPresent } from "../tasks/multi-label/presence.ts";

/** A class or label and how likely it is. */
export interface Prediction {
  readonly classId: number;
  readonly label: string;
  /** Softmax of the logits, or the sigmoid of a label's own; calibrated where the model is, in [0, 1]. */
  readonly confidence: number;
  /** Of several labels, whether this one is there: its confidence is above its threshold, 0.5 unless one was chosen. */
  readonly present?: boolean;
  /** Why this, the likeliest class, is not to be relied on, where the model's calibration says so. */
  readonly unsure?: Doubt;
}

/** What decides how logits are read. */
export interface Reading {
  /** In the order of the logits. */
  readonly classNames: readonly string[];
  /** How pictures are labelled: with one class each, or with several labels. */
  readonly task: TaskName;
  /** Undefined where the model is not calibrated. */
  readonly calibration: Calibration | undefined;
  /** Of several labels, the probability above which each is present; undefined: 0.5. */
  readonly thresholds: readonly number[] | undefined;
}

/**
 * The classes or labels, most likely first; of equals the lower class first.
 * @param views logits of each view of the picture: their probabilities are averaged
 */
export function rankClasses(
  views: readonly Float32Array[],
  { classNames, task, calibration, thresholds }: Reading,
): Prediction[] {
  const probabilities = meanOf(views.map((logits) => probabilitiesOf(logits, calibration?.scaling, task)));
  const ranked: Prediction[] = Array.from(probabilities, (confidence, classId) => ({
    classId,
    label: classNames[classId]!,
    confidence,
    ...(task === "multi_label" && { present: isPresent(confidence, thresholds?.[classId]) }),
  })).sort((a, b) => b.confidence - a.confidence || a.classId - b.classId);
  const best = ranked[0]!;
  const unsure = calibration && doubtOf(calibration, meanOf(views), best.classId, best.confidence, task);
  if (unsure !== undefined) ranked[0] = { ...best, unsure };
  return ranked;
}

/** The mean of rows of numbers. */
export function meanOf<A extends Float32Array | Float64Array>(rows: readonly A[]): A {
  const [first] = rows as readonly [A, ...A[]];
  if (rows.length === 1) return first;
  return first.map((_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length) as A;
}
