// Which batches an epoch trains on, and where in it a fit takes optimizer steps and validates.

import type { Batch, BatchSource, LoaderMemory, TrainerData } from "../../core/index.ts";
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
  /** Samples of a full batch, of all processes, where that is known. */
  readonly batchSize: number | undefined;
  /** Whether there is anything to validate on. */
  readonly validates: boolean;
  /** Whether every epoch leaves out its last batch, a single sample where batch norm needs several. */
  readonly leavesOutLast: boolean;
  readonly #data: TrainerData;
  readonly #options: ResolvedTrainerOptions;
  readonly #pass: LoaderMemory;
  readonly #needsSeveral: NeedsSeveral;
  readonly #needs = new Map<string, boolean>();
  #leftOut = 0;

  private constructor(
    data: TrainerData,
    batches: number,
    batchSize: number | undefined,
    options: ResolvedTrainerOptions,
    pass: LoaderMemory,
    needsSeveral: NeedsSeveral,
    leavesOutLast: boolean,
  ) {
    this.#data = data;
    this.#options = options;
    this.#pass = pass;
    this.#needsSeveral = needsSeveral;
    this.leavesOutLast = leavesOutLast;
    this.batchSize = batchSize;
    const { overfitBatches, limitTrainBatches, fastDevRun } = options;
    this.batchCount = limitBatches(batches, overfitBatches ?? limitTrainBatches);
    this.validates = overfitBatches !== undefined || this.valBatches() !== undefined;
    if (this.validates && fastDevRun === 0) checkValidationPlan(this.batchCount, options);
  }

  /**
   * The plan of every epoch of a fit. What is frozen at first counts as it is in the last epoch: all have as many batches.
   * @param pass whether nobody keeps a batch once the next one is asked for, and whose share of them is trained on
   * @throws ClassifierTrainingError kind "usage": `VAL_CHECK_INTERVAL`, `BATCH_OF_ONE`, `BATCHES_NOT_SHARED`, `SMALL_EPOCH`
   */
  static async of(
    data: TrainerData,
    engine: TrainingEngine,
    options: ResolvedTrainerOptions,
    pass: LoaderMemory,
  ): Promise<EpochPlan> {
    const needsSeveral: NeedsSeveral = (sample) => engine.needsSeveralSamples(sample, options.maxEpochs - 1);
    const batches = checkShare(data.trainLoader(0, pass), pass);
    if (batches.length === 0 && (pass.share?.size ?? 1) > 1) throw smallEpoch(pass.share!.size);
    const shape = endsWithOne(batches) ? await data.inputShape?.() : undefined;
    const leavesOutLast = shape !== undefined && needsSeveral(shape);
    if (leavesOutLast && (batches.length === 1 || batches.batchSize === 1)) throw batchOfOne();
    return new EpochPlan(
      data,
      batches.length - Number(leavesOutLast),
      batches.batchSize,
      options,
      pass,
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
    const options = { ...this.#pass, startBatch };
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
    const batches = this.#data.valLoader(this.#pass);
    return batches && checkShare(batches, this.#pass);
  }

  /** The training batches that are validated on where a few of them are to be overfitted. */
  overfitBatches(): BatchSource {
    return this.#data.trainLoader(0, this.#pass);
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

/**
 * Batches that are those of this process.
 * @throws ClassifierTrainingError kind "usage" `BATCHES_NOT_SHARED` where every process would be given the whole of them
 */
export function checkShare(batches: BatchSource, { share }: LoaderMemory): BatchSource {
  if (share === undefined || share.size === 1 || batches.share?.size === share.size) return batches;
  const message = `the data gives each of ${share.size} processes whole batches, not its share of them`;
  throw new ClassifierTrainingError("usage", "BATCHES_NOT_SHARED", message, {
    hint: "have its loaders give the option share their attention, as those of a DataModule do, or start one process",
  });
}

function smallEpoch(processes: number): ClassifierTrainingError {
  const message = `${processes} processes have no full batch together`;
  return new ClassifierTrainingError("usage", "SMALL_EPOCH", message, {
    where: "data.batch_size",
    hint: "lower it, start fewer processes, or set data.drop_last=false",
  });
}
