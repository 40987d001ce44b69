// From logits to what is said of a picture: the one place where classes get their probabilities and their order.
import { type Calibration, type Doubt, doubtOf, probabilitiesOf } from "../calibrate/index.ts";

/** A class and how likely it is. */
export interface Prediction {
  readonly classId: number;
  readonly label: string;
  /** Softmax of the logits, calibrated where the model is, in [0, 1]. */
  readonly confidence: number;
  /** Why this, the likeliest class, is not to be relied on, where the model's calibration says so. */
  readonly unsure?: Doubt;
}

/**
 * The classes, most likely first; of equals the lower class first.
 * @param views logits of each view of the picture: their probabilities are averaged
 */
export function rankClasses(
  views: readonly Float32Array[],
  classNames: readonly string[],
  calibration: Calibration | undefined,
): Prediction[] {
  const probabilities = meanOf(views.map((logits) => probabilitiesOf(logits, calibration?.scaling)));
  const ranked: Prediction[] = Array.from(probabilities, (confidence, classId) => ({
    classId,
    label: classNames[classId]!,
    confidence,
  })).sort((a, b) => b.confidence - a.confidence || a.classId - b.classId);
  const best = ranked[0]!;
  const unsure = calibration && doubtOf(calibration, meanOf(views), best.classId, best.confidence);
  if (unsure !== undefined) ranked[0] = { ...best, unsure };
  return ranked;
}

/** The mean of rows of numbers. */
export function meanOf<A extends Float32Array | Float64Array>(rows: readonly A[]): A {
  const [first] = rows as readonly [A, ...A[]];
  if (rows.length === 1) return first;
  return first.map((_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length) as A;
}
