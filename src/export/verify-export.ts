// Compares an exported model, run in onnxruntime, with the trained one, run where it was trained.
import {
  ClassifierTrainingError,
  type HostTensor,
  hostTensor,
  RandomStream,
  type Shape,
  sizeOf,
} from "../core/index.ts";
import { openOnnxSession } from "../inference/index.ts";
import { inferenceProgram } from "./inference-program.ts";
import { openWeights, type RunnableNetwork } from "./weights-session.ts";

/** The trained network, computed in float32, and its export. */
export interface VerificationRequest extends RunnableNetwork {
  /** The exported model. */
  readonly bytes: Uint8Array;
  /** [height, width] of the network's input. */
  readonly imageSize: readonly [number, number];
}

/** Largest difference of logits that is accepted, relative to the largest logit where that is above 1. */
export const EXPORT_TOLERANCE = 1e-4;

/** Batch sizes that are compared: the batch axis must be free. */
const BATCH_SIZES = [1, 2, 5];

/**
 * Runs both on the same inputs.
 * @returns the largest difference of logits, relative to the largest logit where that is above 1
 * @throws ClassifierTrainingError `EXPORT_MISMATCH` where they differ by more than `EXPORT_TOLERANCE` or in a top-1.
 */
export async function verifyExport(request: VerificationRequest): Promise<number> {
  const batches = BATCH_SIZES.map((size) => noise([size, 3, ...request.imageSize]));
  const trained = await runTrained(request, batches);
  const exported = await openOnnxSession(request.bytes, "model.onnx", request.threads);
  try {
    let largest = 0;
    for (const [i, images] of batches.entries()) {
      largest = Math.max(largest, compare(trained[i]!, await exported.run(images)));
    }
    return largest;
  } finally {
    await exported.dispose();
  }
}

async function runTrained(
  request: VerificationRequest,
  batches: readonly HostTensor[],
): Promise<HostTensor[]> {
  const { network, imageSize } = request;
  const { session, storages } = await openWeights(request);
  try {
    const executable = await session.compile(inferenceProgram(network, storages, [3, ...imageSize]));
    const logits: HostTensor[] = [];
    for (const input of batches) logits.push((await executable.run({ input })).logits!);
    return logits;
  } finally {
    await session.dispose();
  }
}

function compare(trained: HostTensor, exported: HostTensor): number {
  const [rows, classes] = trained.shape as [number, number];
  const [a, b] = [Array.from(trained.data, Number), Array.from(exported.data, Number)];
  const difference = a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
  const scale = Math.max(1, ...a.map(Math.abs));
  if (!(difference <= EXPORT_TOLERANCE * scale)) throw mismatch(`its logits differ by ${difference}`);
  for (let row = 0; row < rows; row++) {
    const [best, other] = [a, b].map((logits) => {
      const own = logits.slice(row * classes, (row + 1) * classes);
      return own.indexOf(Math.max(...own));
    }) as [number, number];
    const margin = a[row * classes + best]! - a[row * classes + other]!;
    if (best !== other && margin > 2 * difference) throw mismatch("it predicts another class");
  }
  return difference / scale;
}

/** The error of an export that is not what was trained. */
export function mismatch(problem: string): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "failure",
    "EXPORT_MISMATCH",
    `the exported model is not what was trained: ${problem}; nothing was written`,
    { hint: "report it, with the model's configuration" },
  );
}

function noise(shape: Shape): HostTensor<"float32"> {
  const random = new RandomStream(0, "verify-export");
  return hostTensor(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
}
