// Which batches an epoch trains on, and where in it a fit takes optimizer steps and validates.

import type { Batch, BatchSource, TrainerData } from "../../core/index.ts";
import { ClassifierTrainingError, formatShape, type Shape } from "../../core/index.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import { nothingToRead } from "../engine/evaluation.ts";
import { limitBatches, type ResolvedTrainerOptions } from "../options.ts";
import type { Progress } from "./progress.ts";
import { checkValidationPlan, validatesAfter } from "./validation-plan.ts";

type NeedsSeveral = (sample: Shape) => boolean;

/** Fixed before training begins: every epoch has the same number of batches. */
export class EpochPlan {
  /** Batches of a training epoch. */
  readonly batchCount: number;
  /** Whether there is anything to validate on. */
  readonly validates: boolean;
  /** Whether every epoch leaves out its last batch, a single sample where batch norm needs several. */
  readonly leavesOutLast: boolean;
  readonly #data: TrainerData;
  readonly #options: ResolvedTrainerOptions;
  readonly #reuseMemory: boolean;
  readonly #needsSeveral: NeedsSeveral;
  readonly #needs = new Map<string, boolean>();
  #leftOut = 0;

  private constructor(
    data: TrainerData,
    batches: number,
    options: ResolvedTrainerOptions,
    reuseMemory: boolean,
    needsSeveral: NeedsSeveral,
    leavesOutLast: boolean,
  ) {
    this.#data = data;
    this.#options = options;
    this.#reuseMemory = reuseMemory;
    this.#needsSeveral = needsSeveral;
    this.leavesOutLast = leavesOutLast;
    const { overfitBatches, limitTrainBatches, fastDevRun } = options;
    this.batchCount = limitBatches(batches, overfitBatches ?? limitTrainBatches);
    this.validates = overfitBatches !== undefined || this.valBatches() !== undefined;
    if (this.validates && fastDevRun === 0) checkValidationPlan(this.batchCount, options);
  }

  /**
   * The plan of every epoch of a fit. What is frozen at first counts as it is in the last epoch: all have as many batches.
   * @param reuseMemory whether nobody keeps a batch once the next one is asked for
   * @throws ClassifierTrainingError kind "usage": `VAL_CHECK_INTERVAL`, `BATCH_OF_ONE`
   */
  static async of(
    data: TrainerData,
    engine: TrainingEngine,
    options: ResolvedTrainerOptions,
    reuseMemory: boolean,
  ): Promise<EpochPlan> {
    const needsSeveral: NeedsSeveral = (sample) => engine.needsSeveralSamples(sample, options.maxEpochs - 1);
    const batches = data.trainLoader(0);
    const shape = endsWithOne(batches) ? await data.inputShape?.() : undefined;
    const leavesOutLast = shape !== undefined && needsSeveral(shape);
    if (leavesOutLast && (batches.length === 1 || batches.batchSize === 1)) throw batchOfOne();
    return new EpochPlan(
      data,
      batches.length - Number(leavesOutLast),
      options,
      reuseMemory,
      needsSeveral,
      leavesOutLast,
    );
  }

  /**
   * The batches of `epoch` that can be trained on, from number `startBatch` on. One that has come down to a single sample,
   * where batch norm needs several, is left out as one is that cannot be read.
   */
  async *trainBatches(epoch: number, startBatch = 0): AsyncGenerator<Batch, void, undefined> {
    let next = startBatch;
    const options = { startBatch, reuseMemory: this.#reuseMemory };
    for await (const batch of this.#data.trainLoader(epoch, options)) {
      const { batch: number = next } = batch;
      next = number + 1;
      if (this.#takes(batch)) yield { ...batch, batch: number };
      else this.#leftOut++;
    }
  }

  /** The batches to validate on; undefined where there is no such split, or it is not wanted. */
  valBatches(): BatchSource | undefined {
    if (this.#options.limitValBatches === 0) return undefined;
    return this.#data.valLoader({ reuseMemory: this.#reuseMemory });
  }

  /** The training batches that are validated on where a few of them are to be overfitted. */
  overfitBatches(): BatchSource {
    return this.#data.trainLoader(0, { reuseMemory: this.#reuseMemory });
  }

  /** How many batches `trainBatches` has left out since this was last asked. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }

  /** The error of an epoch without a batch that could be trained on. */
  nothingTrained(): ClassifierTrainingError {
    return this.#leftOut > 0 ? batchOfOne() : nothingToRead("train");
  }

  /** Whether the batch before `batch` completes an optimizer step. */
  atStepBoundary(batch: number): boolean {
    return batch % this.#options.accumulateGradBatches === 0 || batch === this.batchCount;
  }

  /** Whether a validation follows the batch before `progress.batch`. */
  isValidationDue(progress: Readonly<Progress>): boolean {
    return this.validates && validatesAfter(progress, this.batchCount, this.#options);
  }

  #takes({ images }: Batch): boolean {
    const [samples, ...sample] = images.shape;
    if (samples !== 1) return true;
    const key = formatShape(sample);
    const needs = this.#needs.get(key) ?? this.#needsSeveral(sample);
    this.#needs.set(key, needs);
    return !needs;
  }
}

/** Whether the last batch of a pass is a single sample, as far as that is known. */
function endsWithOne({ length, samples, batchSize }: BatchSource): boolean {
  return samples !== undefined && batchSize !== undefined && samples - (length - 1) * batchSize === 1;
}

/** The error of an epoch that has batches of a single sample alone, where batch norm needs several. */
function batchOfOne(): ClassifierTrainingError {
  const message =
    "batch norm needs more than the one value a channel that a batch of a single picture gives it";
  return new ClassifierTrainingError("usage", "BATCH_OF_ONE", message, {
    where: "data.batch_size",
    hint: "set data.batch_size=2 or more, or train on larger pictures with data.image_size",
  });
}
