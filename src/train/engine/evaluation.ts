// A pass over validation or test batches: loss and metrics of the evaluated weights.

import type { BatchSource, TrainerData } from "../../core/index.ts";
import { ClassifierTrainingError, checkSampleLabels } from "../../core/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { Stage, TrainableModel } from "../contracts.ts";
import type { BatchResult, Metrics } from "../events.ts";
import { numberedBatches } from "../fit/numbered-batches.ts";
import { RunningMean } from "../fit/running-mean.ts";
import type { Profiler } from "../profiler.ts";
import type { TrainingEngine, WeightsKind } from "./engine.ts";
import { mergedMetrics } from "./merged-metrics.ts";
import type { Strategy } from "./strategy.ts";

/** What is evaluated, with which weights, on how many batches of what. */
export interface EvaluationOptions {
  readonly engine: TrainingEngine;
  readonly model: TrainableModel;
  readonly stage: Exclude<Stage, "train">;
  readonly batches: BatchSource;
  readonly batchCount: number;
  readonly weights: WeightsKind;
  readonly profiler: Profiler;
  readonly strategy: Strategy;
  readonly collective: Collective;
}

/** What came of a pass. */
export interface EvaluationResult {
  /** `<stage>/loss` (batch means weighted by batch size) and the stage's metrics. */
  readonly metrics: Metrics;
  /** Samples that were evaluated, by all processes. */
  readonly samples: number;
}

/** Evaluates batch by batch, yielding what came of this process's share of each; undefined where there is none. */
export async function* evaluate(
  options: EvaluationOptions,
): AsyncGenerator<BatchResult | undefined, EvaluationResult> {
  const { engine, model, stage, weights, profiler, strategy, collective, batchCount } = options;
  const metrics = model.metrics[stage];
  metrics.reset();
  const loss = new RunningMean();
  // Of each batch that is shared: sum of the losses, what it is divided by, samples.
  const sums = new Float64Array(collective.size === 1 ? 0 : 3 * batchCount);
  const batches = numberedBatches(options.batches, batchCount);
  for await (const { number, batch } of profiler.waitingFor(`${stage} data`, batches)) {
    if (batch === undefined) {
      yield undefined;
      continue;
    }
    const result = await profiler.measure(`${stage} forward`, () => engine.evaluate(batch, weights));
    const { samples, divisor } = strategy.weigh(batch);
    if (collective.size === 1) loss.update(result.loss, samples);
    else sums.set([divisor === 0 ? 0 : result.loss * divisor, divisor, samples], 3 * number);
    profiler.measure(`${stage} metrics`, () => metrics.update(result.logits, batch.labels));
    yield { batchIndex: number, batch, ...result };
  }
  await collective.allReduce(sums);
  for (let i = 0; i < sums.length; i += 3) {
    const [sum, divisor, samples] = sums.subarray(i, i + 3) as unknown as [number, number, number];
    if (samples > 0) loss.update(sum / divisor, samples);
  }
  const computed = await profiler.measure(`${stage} metrics`, () =>
    collective.size === 1
      ? metrics.compute()
      : mergedMetrics(metrics, collective, (merged) => merged.compute()),
  );
  metrics.reset();
  return {
    metrics: { [`${stage}/loss`]: loss.compute(), ...prefixed(stage, computed) },
    samples: loss.state()[1],
  };
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
    if (split !== undefined) checkSampleLabels(split.labels, labels, (i) => split.name(i));
  }
}

/** Metrics under the name of their stage. */
export function prefixed(stage: Stage, metrics: Metrics): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${stage}/${name}`, value]));
}
