// A pass over validation or test batches: loss and metrics of the evaluated weights.

import type { BatchSource, TrainerData } from "../../core/index.ts";
import { ClassifierTrainingError, checkLabels } from "../../core/index.ts";
import type { Stage, TrainableModel } from "../contracts.ts";
import type { BatchResult, Metrics } from "../events.ts";
import { RunningMean } from "../fit/running-mean.ts";
import { take } from "../fit/take.ts";
import type { Profiler } from "../profiler.ts";
import type { TrainingEngine, WeightsKind } from "./engine.ts";

/** What is evaluated, with which weights, on how many batches of what. */
export interface EvaluationOptions {
  readonly engine: TrainingEngine;
  readonly model: TrainableModel;
  readonly stage: Exclude<Stage, "train">;
  readonly batches: BatchSource;
  readonly batchCount: number;
  readonly weights: WeightsKind;
  readonly profiler: Profiler;
}

/**
 * Evaluates batch by batch, yielding each result; returns `<stage>/loss` (batch means weighted by batch size)
 * and the stage's metrics.
 */
export async function* evaluate(options: EvaluationOptions): AsyncGenerator<BatchResult, Metrics> {
  const { engine, model, stage, weights, profiler } = options;
  const loss = new RunningMean();
  const metrics = model.metrics[stage];
  metrics.reset();
  let batchIndex = 0;
  const batches = take(options.batches, options.batchCount);
  for await (const batch of profiler.waitingFor(`${stage} data`, batches)) {
    const result = await profiler.measure(`${stage} forward`, () => engine.evaluate(batch, weights));
    loss.update(result.loss, batch.images.shape[0]!);
    profiler.measure(`${stage} metrics`, () => metrics.update(result.logits, batch.labels));
    yield { batchIndex: batchIndex++, batch, ...result };
  }
  const computed = profiler.measure(`${stage} metrics`, () => metrics.compute());
  const values = { [`${stage}/loss`]: loss.compute(), ...prefixed(stage, computed) };
  metrics.reset();
  return values;
}

/** The error of a pass none of whose samples could be read. */
export function nothingToRead(stage: Stage): ClassifierTrainingError {
  const message = `no picture of the ${STAGE_NAMES[stage]} split can be read`;
  return new ClassifierTrainingError("data", "NO_READABLE_PICTURE", message, {
    hint: "classifier-training data verify says what is wrong with each",
  });
}

const STAGE_NAMES: Readonly<Record<Stage, string>> = { train: "training", val: "validation", test: "test" };

/**
 * Checks the labels of all samples that the data can name, before anything is run.
 * @throws ClassifierTrainingError kind "data" `LABEL_RANGE`
 */
export function checkSplits({ labels }: TrainableModel, { splits }: TrainerData): void {
  if (labels === undefined) return;
  for (const split of [splits?.train, splits?.val, splits?.test]) {
    if (split !== undefined) checkLabels(split.labels, labels, (i) => split.name(i));
  }
}

/** Metrics under the name of their stage. */
export function prefixed(stage: Stage, metrics: Metrics): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${stage}/${name}`, value]));
}
