// How far confidence is from being right, measured on pictures that had no part in the fit.
import { hostTensor, LabelSets, type SampleLabels, selectLabels } from "../core/index.ts";
import { MulticlassCalibrationError, MulticlassLogLoss } from "../metrics/index.ts";
import type { Outcome } from "./abstention.ts";
import { type LabelledLogits, probabilitiesOf, type Scaling } from "./scaling.ts";

/** Of the pictures in an assessment. */
export interface Assessment {
  readonly pictures: number;
  readonly accuracy: number;
  /** Expected calibration error over 15 bins. */
  readonly calibrationError: number;
  /** Mean negative log-likelihood of the labels, in nats. */
  readonly logLoss: number;
}

/** Parts that are left out of the fit in turn, and judged by it. */
const FOLDS = 5;

/** Probabilities, row-major [N, classes]. */
export function scaled(samples: LabelledLogits<SampleLabels>, scaling?: Scaling): Float64Array {
  const { logits, classes, labels } = samples;
  const task = labels instanceof LabelSets ? "multi_label" : "multi_class";
  const all = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += classes)
    all.set(probabilitiesOf(logits.subarray(at, at + classes), scaling, task), at);
  return all;
}

/**
 * For each picture what `judge` makes of it by what is to `learn` from the others: every fifth is left out in turn, so that figures say what
 * new pictures will bring.
 */
export function leavingOut<L extends SampleLabels, F, R>(
  samples: LabelledLogits<L>,
  learn: (others: LabelledLogits<L>) => F,
  judge: (fitted: F, left: LabelledLogits<L>) => readonly R[],
): R[] {
  const { labels } = samples;
  const results = new Array<R>(labels.length);
  const folds = Math.min(FOLDS, labels.length);
  for (let fold = 0; fold < folds; fold++) {
    const left = Array.from(labels.keys()).filter((n) => n % folds === fold);
    const others = Array.from(labels.keys()).filter((n) => n % folds !== fold);
    const judged = judge(learn(selected(samples, others)), selected(samples, left));
    for (const [i, n] of left.entries()) results[n] = judged[i]!;
  }
  return results;
}

function selected<L extends SampleLabels>(
  { logits, classes, labels }: LabelledLogits<L>,
  of: readonly number[],
): LabelledLogits<L> {
  const own = new Float32Array(of.length * classes);
  for (const [i, n] of of.entries()) own.set(logits.subarray(n * classes, (n + 1) * classes), i * classes);
  return { logits: own, classes, labels: selectLabels(labels, of) };
}

/** Each picture's likeliest class, of equals the first, and whether that is right. */
export function outcomesOf(probabilities: Float64Array, { classes, labels }: LabelledLogits): Outcome[] {
  return Array.from(labels, (label, n) => {
    const row = probabilities.subarray(n * classes, (n + 1) * classes);
    const confidence = row.reduce((a, b) => Math.max(a, b), 0);
    const predicted = row.indexOf(confidence);
    return { predicted, confidence, right: predicted === label };
  });
}

/** @param probabilities row-major [N, classes] */
export function assess(probabilities: Float64Array, { classes, labels }: LabelledLogits): Assessment {
  const options = { numClasses: classes, scores: "probabilities" } as const;
  const [calibrationError, logLoss] = [
    new MulticlassCalibrationError(options),
    new MulticlassLogLoss(options),
  ];
  const scores = hostTensor("float32", [labels.length, classes], Float32Array.from(probabilities));
  calibrationError.update(scores, labels);
  logLoss.update(scores, labels);
  const outcomes = outcomesOf(probabilities, { classes, labels, logits: scores.data });
  return {
    pictures: labels.length,
    accuracy: outcomes.filter(({ right }) => right).length / labels.length,
    calibrationError: calibrationError.compute(),
    logLoss: logLoss.compute(),
  };
}
