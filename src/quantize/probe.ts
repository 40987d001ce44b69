// Pictures whose answers decide between quantised models: how far the probabilities are from the float model's, and how many are right.
import type { HostTensor, TaskName } from "../core/index.ts";
import { openOnnxSession } from "../inference/index.ts";
import { encodeModel, type ModelProto } from "../onnx/index.ts";
import { activated } from "../tasks/activation.ts";
import type { Batches } from "./calibrate.ts";

/** Pictures, and how good answers to them are. */
export interface Probe {
  readonly batches: Batches;
  /** How they are labelled. */
  readonly task: TaskName;
  /** How good the logits of all pictures are, in [0, 1]: such as the share of those whose class comes first. */
  readonly score: (logits: readonly Float32Array[]) => number;
  readonly threads: number | undefined;
}

/** What a model says of a probe. */
export interface Answers {
  readonly task: TaskName;
  /** One row for each picture. */
  readonly probabilities: readonly Float64Array[];
  /** What the probe says of its logits. */
  readonly score: number;
}

/** Runs a model on all pictures. */
export async function answersOf(
  model: ModelProto,
  { batches, task, score, threads }: Probe,
): Promise<Answers> {
  const session = await openOnnxSession(encodeModel(model), "the quantised model", threads);
  try {
    const logits: Float32Array[] = [];
    for (const batch of batches) logits.push(...rowsOf(await session.run(batch)));
    return { task, probabilities: logits.map((row) => activated(row, task)), score: score(logits) };
  } finally {
    await session.dispose();
  }
}

/** Mean Kullback-Leibler divergence of the probabilities from the float model's, in nats; that of each label added up. */
export function divergence(float: Answers, other: Answers): number {
  const of = (p: number, q: number): number => (p > 0 ? p * Math.log(p / Math.max(q, 1e-30)) : 0);
  const several = float.task === "multi_label";
  const each = float.probabilities.map((row, i) => {
    const own = other.probabilities[i]!;
    return row.reduce((sum, p, c) => sum + of(p, own[c]!) + (several ? of(1 - p, 1 - own[c]!) : 0), 0);
  });
  return each.reduce((a, b) => a + b, 0) / each.length;
}

function rowsOf({ shape, data }: HostTensor<"float32">): Float32Array[] {
  const [rows, classes] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => data.subarray(row * classes, (row + 1) * classes));
}
