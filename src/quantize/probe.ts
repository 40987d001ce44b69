// Pictures whose answers decide between quantised models: how far the probabilities are from the float model's, and how many are right.
import type { HostTensor } from "../core/index.ts";
import { openOnnxSession } from "../inference/index.ts";
import { encodeModel, type ModelProto } from "../onnx/index.ts";
import type { Batches } from "./calibrate.ts";

/** Pictures with their classes. */
export interface Probe {
  readonly batches: Batches;
  /** Of all batches, one after another. */
  readonly labels: ArrayLike<number>;
  readonly threads: number | undefined;
}

/** What a model says of a probe. */
export interface Answers {
  /** One row for each picture. */
  readonly probabilities: readonly Float64Array[];
  /** Share of the pictures whose class comes first. */
  readonly accuracy: number;
}

/** Runs a model on all pictures. */
export async function answersOf(model: ModelProto, { batches, labels, threads }: Probe): Promise<Answers> {
  const session = await openOnnxSession(encodeModel(model), "the quantised model", threads);
  try {
    const probabilities: Float64Array[] = [];
    for (const batch of batches) probabilities.push(...rowsOf(await session.run(batch)).map(softmax));
    const right = probabilities.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]);
    return { probabilities, accuracy: right.length / labels.length };
  } finally {
    await session.dispose();
  }
}

/** Mean Kullback-Leibler divergence of the probabilities from the float model's, in nats. */
export function divergence(float: Answers, other: Answers): number {
  const each = float.probabilities.map((row, i) => {
    const own = other.probabilities[i]!;
    return row.reduce((sum, p, c) => sum + (p > 0 ? p * Math.log(p / Math.max(own[c]!, 1e-30)) : 0), 0);
  });
  return each.reduce((a, b) => a + b, 0) / each.length;
}

function rowsOf({ shape, data }: HostTensor<"float32">): Float32Array[] {
  const [rows, classes] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => data.subarray(row * classes, (row + 1) * classes));
}

function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
