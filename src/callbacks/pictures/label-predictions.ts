// What the network says about a batch of samples with several labels: a probability for each, worked out once for all.
import { type HostTensor, PRESENT, sigmoid, UNKNOWN } from "../../core/index.ts";
import { isPresent } from "../../tasks/index.ts";
import type { BatchResult } from "../../train/index.ts";

/** One row for each sample of the batch, one entry in it for each label. */
export interface LabelPredictions {
  readonly width: number;
  /** Row-major [samples, width] of `PRESENT`, `ABSENT` and `UNKNOWN`. */
  readonly truth: Int8Array;
  /** Row-major [samples, width]. */
  readonly probabilities: Float32Array;
  /** Mean binary cross-entropy of the entries that are known, without weights and smoothing; NaN where none is. */
  readonly loss: Float32Array;
}

/** Labels of one sample, in order, by what became of them. */
export interface LabelOutcome {
  /** Present and predicted. */
  readonly right: readonly number[];
  /** Present, but not predicted. */
  readonly missed: readonly number[];
  /** Predicted, but absent. */
  readonly extra: readonly number[];
  /** Predicted, and nothing is known of them. */
  readonly unknown: readonly number[];
}

const known = new WeakMap<HostTensor, LabelPredictions>();

/** The predictions of a batch; asked again for the same batch, the same object. */
export function labelPredictionsOf({
  batch,
  logits,
}: Pick<BatchResult, "batch" | "logits">): LabelPredictions {
  let predictions = known.get(logits);
  if (predictions === undefined) {
    predictions = predict(logits, Int8Array.from(batch.labels.data as ArrayLike<number>));
    known.set(logits, predictions);
  }
  return predictions;
}

function predict({ shape, data }: HostTensor, truth: Int8Array): LabelPredictions {
  const [samples = 0, width = 0] = shape;
  const probabilities = new Float32Array(samples * width);
  const loss = new Float32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    let [sum, counted] = [0, 0];
    for (let i = sample * width; i < (sample + 1) * width; i++) {
      const logit = Number(data[i]!);
      probabilities[i] = sigmoid(logit);
      if (truth[i] === UNKNOWN) continue;
      const wrongWay = truth[i] === PRESENT ? -logit : logit;
      // log(1 + e^x) without overflow.
      sum += Math.max(wrongWay, 0) + Math.log1p(Math.exp(-Math.abs(wrongWay)));
      counted++;
    }
    loss[sample] = counted === 0 ? Number.NaN : sum / counted;
  }
  return { width, truth, probabilities, loss };
}

/** What became of the labels of sample `i`. */
export function labelOutcome(predictions: LabelPredictions, i: number): LabelOutcome {
  const { width, truth } = predictions;
  const outcome = { right: [], missed: [], extra: [], unknown: [] } as Record<keyof LabelOutcome, number[]>;
  for (let label = 0; label < width; label++) {
    const [entry, predicted] = [truth[i * width + label], isPredicted(predictions, i, label)];
    if (entry === PRESENT) outcome[predicted ? "right" : "missed"].push(label);
    else if (predicted) outcome[entry === UNKNOWN ? "unknown" : "extra"].push(label);
  }
  return outcome;
}

/** Whether anything is known of the labels of sample `i`; where nothing is, it does not count. */
export function isAnnotated({ width, truth }: LabelPredictions, i: number): boolean {
  return truth.subarray(i * width, (i + 1) * width).some((entry) => entry !== UNKNOWN);
}

/** Whether a label of sample `i` is predicted. */
export function isPredicted({ width, probabilities }: LabelPredictions, i: number, label: number): boolean {
  return isPresent(probabilities[i * width + label]!);
}
