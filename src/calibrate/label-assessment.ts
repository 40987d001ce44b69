// How far the probabilities of labels are from how often each is there, measured on pictures that had no part in the fit.
import { hostTensor, type LabelSets } from "../core/index.ts";
import { MultilabelCalibrationError, MultilabelLogLoss } from "../metrics/index.ts";

/** Of the pictures in an assessment. */
export interface LabelAssessment {
  readonly pictures: number;
  /** Expected calibration error of each label over 15 bins of its probability; NaN where nothing is known of it. */
  readonly labels: readonly number[];
  /** The mean of these. */
  readonly calibrationError: number;
  /** Mean negative log-likelihood of the entries that are known, in nats. */
  readonly logLoss: number;
}

/** @param probabilities row-major [N, labels] */
export function assessLabels(probabilities: Float64Array, labels: LabelSets): LabelAssessment {
  const { length, width: numLabels } = labels;
  const options = { numLabels, scores: "probabilities" } as const;
  const mean = new MultilabelCalibrationError(options);
  const each = new MultilabelCalibrationError({ ...options, average: "none" });
  const logLoss = new MultilabelLogLoss(options);
  const shape = [length, numLabels];
  const scores = hostTensor("float32", shape, Float32Array.from(probabilities));
  const targets = hostTensor("float32", shape, Float32Array.from(labels.data));
  for (const metric of [mean, each, logLoss]) metric.update(scores, targets);
  return {
    pictures: length,
    labels: Array.from(each.compute()),
    calibrationError: mean.compute(),
    logLoss: logLoss.compute(),
  };
}
