// What the network says about a batch: predicted class, confidence and loss of each sample, worked out once for all.
import { type HostTensor, hostTensor } from "../../core/index.ts";
import { ClassificationBatch } from "../../metrics/index.ts";
import type { BatchResult } from "../../train/index.ts";

/** One entry for each sample of the batch. */
export interface BatchPredictions {
  /** True classes; of soft targets the largest; -1 for samples that do not count. */
  readonly labels: Int32Array;
  /** Predicted classes. */
  readonly predicted: Int32Array;
  /** Probability of the predicted class. */
  readonly confidence: Float32Array;
  /** Cross-entropy of each sample, without class weights and label smoothing; NaN for those that do not count. */
  readonly loss: Float32Array;
}

const known = new WeakMap<HostTensor, BatchPredictions>();

/**
 * The predictions of a batch; asked again for the same batch, the same object.
 * @param ignoreIndex label of samples that do not count; default: all do
 */
export function predictionsOf(
  { batch, logits }: Pick<BatchResult, "batch" | "logits">,
  ignoreIndex?: number,
): BatchPredictions {
  let predictions = known.get(logits);
  if (predictions === undefined) {
    predictions = predict(
      logits,
      classesOf(batch.labels).map((label) => (label === ignoreIndex ? -1 : label)),
    );
    known.set(logits, predictions);
  }
  return predictions;
}

function predict(logits: HostTensor, labels: Int32Array): BatchPredictions {
  const [samples = 0, classes = 0] = logits.shape;
  const scores = Float32Array.from(logits.data as ArrayLike<number>);
  const { predicted } = ClassificationBatch.of(hostTensor("float32", [samples, classes], scores), labels);
  const confidence = new Float32Array(samples);
  const loss = new Float32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const start = sample * classes;
    const highest = scores[start + predicted[sample]!]!;
    let total = 0;
    for (let c = 0; c < classes; c++) total += Math.exp(scores[start + c]! - highest);
    confidence[sample] = 1 / total;
    const label = labels[sample]!;
    loss[sample] = label < 0 ? Number.NaN : Math.log(total) + highest - scores[start + label]!;
  }
  return { labels, predicted, confidence, loss };
}

function classesOf({ shape, data }: HostTensor): Int32Array {
  if (shape.length === 1) return Int32Array.from(data as ArrayLike<number>);
  const [samples = 0, classes = 0] = shape;
  return Int32Array.from({ length: samples }, (_, sample) => {
    let best = 0;
    for (let c = 1; c < classes; c++)
      if (data[sample * classes + c]! > data[sample * classes + best]!) best = c;
    return best;
  });
}
