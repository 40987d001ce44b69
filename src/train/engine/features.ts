// Features: what the classifier of a network is given, computed once for a whole data set.

import type { Batch, BatchSource } from "../../core/index.ts";
import {
  ClassifierTrainingError,
  formatShape,
  type HostTensor,
  hostTensor,
  sizeOf,
} from "../../core/index.ts";
import { BATCH } from "../../graph/index.ts";
import { FeatureClassifier } from "../../nn/index.ts";
import type { Executable } from "../../runtime/contract.ts";
import type { TrainableModel } from "../contracts.ts";
import type { TrainingEngine } from "./engine.ts";
import { separable } from "./fine-tuning.ts";
import { featuresProgram } from "./programs.ts";

/** The features of a data set; samples that could not be read have none. */
export interface Features {
  /** [count, ...] */
  readonly values: HostTensor<"float32">;
  /** Position in the data set of each. */
  readonly indices: HostTensor<"int32">;
}

/**
 * The same model, given features instead of inputs; its state is that of the whole network.
 * @throws ClassifierTrainingError kind "usage" `NO_CLASSIFIER` where the network does not say what the classifier is
 */
export function onFeatures(model: TrainableModel): TrainableModel {
  return {
    network: new FeatureClassifier(separable(model.network)),
    loss: (outputs, targets) => model.loss(outputs, targets),
    ...(model.lossDivisor === undefined
      ? {}
      : { lossDivisor: (labels: HostTensor) => model.lossDivisor!(labels) }),
    learningRate: model.learningRate,
    createOptimizer: () => model.createOptimizer(),
    createScheduler: () => model.createScheduler(),
    metrics: model.metrics,
    ...(model.labels === undefined ? {} : { labels: model.labels }),
  };
}

/** Features of a batch, and the positions of its samples in the data set. */
export interface FeatureBatch {
  /** [count, ...] */
  readonly values: HostTensor;
  readonly indices: ArrayLike<number> & Iterable<number>;
}

/** Runs everything before the classifier of `model`, in evaluation mode and with the weights of `engine`. */
export async function* featureBatches(
  { network }: TrainableModel,
  { layout, session }: TrainingEngine,
  batches: AsyncIterable<Pick<Batch, "images" | "indices">>,
): AsyncGenerator<FeatureBatch, void, undefined> {
  const backbone = separable(network);
  const executables = new Map<string, Executable>();
  try {
    for await (const { images, indices } of batches) {
      const shape = [BATCH, ...images.shape.slice(1)];
      const key = formatShape(shape);
      let executable = executables.get(key);
      if (executable === undefined) {
        const program = featuresProgram(backbone, layout.weights, { dtype: "float32", shape });
        executable = await session.compile(program);
        executables.set(key, executable);
      }
      const { features } = await executable.run({ images });
      yield { values: features!, indices };
    }
  } finally {
    for (const executable of executables.values()) await executable.dispose();
  }
}

/**
 * The features of a whole data set, as `featureBatches` gives them.
 * @param onBatch called with the number of samples done; returning false ends it
 * @returns undefined where `onBatch` ended it
 */
export async function computeFeatures(
  model: TrainableModel,
  engine: TrainingEngine,
  batches: BatchSource,
  onBatch: (done: number) => boolean = () => true,
): Promise<Features | undefined> {
  const parts: HostTensor[] = [];
  const indices: number[] = [];
  for await (const batch of featureBatches(model, engine, batches)) {
    parts.push(batch.values);
    indices.push(...batch.indices);
    if (!onBatch(indices.length)) return undefined;
  }
  return join(parts, indices);
}

function join(parts: readonly HostTensor[], indices: readonly number[]): Features {
  if (parts.length === 0) {
    throw new ClassifierTrainingError("data", "NO_FEATURES", "none of the pictures can be read");
  }
  const shape = parts[0]!.shape.slice(1);
  const values = new Float32Array(indices.length * sizeOf(shape));
  let offset = 0;
  for (const { data } of parts) {
    values.set(data as Float32Array, offset);
    offset += data.length;
  }
  return {
    values: hostTensor("float32", [indices.length, ...shape], values),
    indices: hostTensor("int32", [indices.length], Int32Array.from(indices)),
  };
}
