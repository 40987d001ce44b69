// The fit loop: epochs of batches, optimizer steps, validations; every happening is an event.
import type { LearningRateScheduler } from "../optim/index.ts";
import type { LoadedCheckpoint } from "./checkpoint.ts";
import { saveCheckpoint } from "./checkpoint.ts";
import type { FitContext } from "./context.ts";
import type {
  Batch,
  BatchSource,
  Callback,
  DataModule,
  FitStatus,
  Json,
  Logger,
  TrainableModel,
} from "./contracts.ts";
import type { TrainingEngine } from "./engine.ts";
import { evaluate, prefixed } from "./evaluation.ts";
import { deliver } from "./event-bus.ts";
import type { EpochTiming, TrainingEvent } from "./events.ts";
import { FitAverage } from "./fit-average.ts";
import { FitSchedule } from "./fit-schedule.ts";
import { assertResumable, type FitParts, restoreFit, saveFit } from "./fit-state.ts";
import { GuardedSteps } from "./guarded-steps.ts";
import type { NonFinitePolicy } from "./non-finite.ts";
import { limitBatches, type ResolvedTrainerOptions } from "./options.ts";
import { type Progress, startOfTraining } from "./progress.ts";
import { RunLog } from "./run-log.ts";
import { RunningMean } from "./running-mean.ts";
import { checkValidationPlan, validatesAfter } from "./validation-plan.ts";
import type { WeightAveraging } from "./weight-average.ts";

export interface FitLoopParts {
  readonly model: TrainableModel;
  readonly data: DataModule;
  readonly engine: TrainingEngine;
  readonly options: ResolvedTrainerOptions;
  readonly scheduler: LearningRateScheduler;
  /** In the order in which their hooks run. */
  readonly callbacks: readonly Callback[];
  readonly loggers: readonly Logger[];
  readonly average: WeightAveraging | undefined;
  /** Default: what is not finite ends the fit. */
  readonly nonFinitePolicy: NonFinitePolicy | undefined;
  readonly identity: Readonly<Record<string, Json>>;
  readonly signal: AbortSignal | undefined;
}

type Events = AsyncGenerator<TrainingEvent, void, undefined>;

const METRIC_PREFIX = "metric.";

/** One fit: created, perhaps restored, run once. */
export class FitLoop {
  readonly progress: Progress = startOfTraining();
  readonly #parts: FitLoopParts;
  readonly #trainLoss = new RunningMean();
  readonly #trainBatchCount: number;
  readonly #schedule: FitSchedule;
  readonly #validates: boolean;
  readonly #context: FitContext;
  readonly #average: FitAverage;
  readonly #steps: GuardedSteps;
  readonly #runLog: RunLog;
  #stopReason: string | undefined;
  #limitReached = false;
  #startedAt = 0;

  constructor(parts: FitLoopParts) {
    this.#parts = parts;
    const { options, model, data, scheduler, engine } = parts;
    const total = data.trainLoader(0).length;
    this.#trainBatchCount = limitBatches(total, options.overfitBatches ?? options.limitTrainBatches);
    this.#validates = options.overfitBatches !== undefined || data.valLoader() !== undefined;
    if (this.#validates && options.fastDevRun === 0) checkValidationPlan(this.#trainBatchCount, options);
    this.#schedule = new FitSchedule({
      scheduler,
      learningRate: model.learningRate,
      options,
      batchCount: this.#trainBatchCount,
    });
    this.#schedule.checkMomentum(engine.layout.groups.map(({ optimizer }) => optimizer));
    this.#average = new FitAverage(parts.average, engine, options);
    this.#steps = new GuardedSteps(engine, parts.nonFinitePolicy, this.progress);
    this.#runLog = new RunLog(parts.loggers, this.progress);
    this.#context = this.#createContext();
  }

  /** Latest value of everything logged, by full name. */
  get metrics(): Record<string, number> {
    return this.#runLog.metrics;
  }

  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /** Continues from a checkpoint. */
  async restore(checkpoint: LoadedCheckpoint): Promise<void> {
    assertResumable(checkpoint, this.#parts.identity);
    const { tensors, state } = checkpoint;
    const metricState = [...tensors].filter(([name]) => name.startsWith(METRIC_PREFIX));
    const own = [...tensors].filter(([name]) => !name.startsWith(METRIC_PREFIX));
    restoreFit(state, this.#fitParts());
    const { epoch, batch } = this.progress;
    // Between two epochs a checkpoint still has what the first one trained.
    await this.#parts.engine.enterEpoch(batch === 0 ? Math.max(0, epoch - 1) : epoch);
    await this.#parts.engine.writeState(new Map(own));
    this.#parts.model.metrics.train.load(
      Object.fromEntries(metricState.map(([name, tensor]) => [name.slice(METRIC_PREFIX.length), tensor])),
    );
  }

  /** Runs to the end. Errors end it with status `failed` and are thrown on. */
  async *run(): AsyncGenerator<TrainingEvent, FitStatus, undefined> {
    this.#startedAt = performance.now() - this.progress.seconds * 1000;
    let status: FitStatus = "failed";
    let failure: unknown;
    try {
      for (const logger of this.#parts.loggers) await logger.start({ afterStep: this.progress.step });
      yield* this.#emit({ type: "fitStart" });
      yield* this.#sanityCheck();
      yield* this.#emit({ type: "trainStart" });
      while (!this.#finished()) yield* this.#epoch();
      status = this.#interrupted() ? "interrupted" : this.#stopReason === undefined ? "completed" : "stopped";
      if (status !== "interrupted") yield* this.#emit({ type: "trainEnd" });
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#tick();
      const event = { type: "fitEnd", status, reason: this.#stopReason, error: failure } as const;
      try {
        await deliver(event, this.#parts.callbacks, this.#context);
      } finally {
        for (const logger of this.#parts.loggers) await logger.finish(status);
      }
      if (failure === undefined) yield event;
    }
    return status;
  }

  /** Callbacks first, then whoever iterates over the fit. */
  async *#emit(event: TrainingEvent): Events {
    await deliver(event, this.#parts.callbacks, this.#context);
    yield event;
  }

  #interrupted(): boolean {
    return this.#parts.signal?.aborted ?? false;
  }

  #finished(): boolean {
    const { options } = this.#parts;
    if (this.#interrupted() || this.progress.epoch >= options.maxEpochs) return true;
    if (this.#reachedLimit() && this.progress.batch === 0) return true;
    return this.#stopReason !== undefined && this.progress.epoch >= options.minEpochs;
  }

  async *#sanityCheck(): Events {
    const { options, data } = this.#parts;
    if (options.numSanityValSteps === 0 || this.progress.step > 0) return;
    const batches = data.valLoader();
    if (batches === undefined) return;
    const count = Math.min(options.numSanityValSteps, limitBatches(batches.length, options.limitValBatches));
    yield* this.#validate(batches, count, true);
  }

  async *#epoch(): Events {
    const { model } = this.#parts;
    const { progress } = this;
    const { epoch, batch: startBatch } = progress;
    if (startBatch === 0) this.#runLog.startRow();
    await this.#parts.engine.enterEpoch(epoch);
    await this.#steps.enterEpoch();
    yield* this.#emit({ type: "trainEpochStart", epoch, batchCount: this.#trainBatchCount, startBatch });
    if (progress.validationDue && startBatch < this.#trainBatchCount) {
      yield* this.#validation();
      if (progress.validationDue) return;
    }
    const timing: EpochTiming = { samples: progress.samples, trainSeconds: 0, dataSeconds: 0 };
    if (!this.#limitReached) yield* this.#batches(startBatch, timing);
    timing.samples = progress.samples - timing.samples;
    // At a limit the epoch ends early, validated like any other.
    if (this.#limitReached) progress.validationDue = this.#validates;
    else if (progress.batch < this.#trainBatchCount) return;
    const trained = {
      "train/loss": this.#trainLoss.compute(),
      ...prefixed("train", model.metrics.train.compute()),
    };
    this.#runLog.add(trained);
    this.metrics["train/loss_epoch"] = trained["train/loss"];
    if (this.#endsTraining(epoch)) {
      const batches = this.#parts.data.trainLoader(epoch);
      await this.#average.renewStatistics(batches, this.#trainBatchCount, () => this.#interrupted());
      if (this.#interrupted()) return;
    }
    if (progress.validationDue) yield* this.#validation();
    if (progress.validationDue) return;
    this.#trainLoss.reset();
    model.metrics.train.reset();
    progress.epoch++;
    progress.batch = 0;
    if (this.#average.learningRate(epoch, 0) === undefined)
      this.#schedule.afterEpoch(progress.epoch, this.metrics);
    this.#tick();
    // Before anyone saves a checkpoint: a row behind one is dropped when the run is resumed, a missing one is lost.
    await this.#runLog.write("epoch", epoch, this.#runLog.row);
    yield* this.#emit({ type: "trainEpochEnd", epoch, progress, metrics: { ...this.metrics }, timing });
  }

  /** The batches of the epoch in progress, with the validations between them. */
  async *#batches(startBatch: number, timing: EpochTiming): Events {
    const { data, options } = this.#parts;
    const { progress } = this;
    let mark = performance.now();
    const epoch = options.overfitBatches === undefined ? progress.epoch : 0;
    for await (const batch of data.trainLoader(epoch, { startBatch })) {
      if (progress.batch >= this.#trainBatchCount) return;
      const arrived = performance.now();
      yield* this.#trainBatch(batch);
      timing.dataSeconds += (arrived - mark) / 1000;
      timing.trainSeconds += (performance.now() - mark) / 1000;
      const complete = progress.batch >= this.#trainBatchCount;
      if (progress.validationDue && !complete) yield* this.#validation();
      if (this.#atStepBoundary() && (this.#interrupted() || this.#reachedLimit())) return;
      if (complete) return;
      mark = performance.now();
    }
  }

  async *#trainBatch(batch: Batch): Events {
    const { options, model } = this.#parts;
    const { progress } = this;
    const position = { epoch: progress.epoch, batch: progress.batch };
    const window = options.accumulateGradBatches;
    const { momentum } = this.#schedule;
    const own = this.#average.learningRate(position.epoch, this.#schedule.learningRate);
    const learningRate = own ?? this.#schedule.learningRate;
    const { found: lost, ...result } = await this.#steps.accumulate(batch, progress.batch % window === 0);
    if (lost !== undefined) yield* this.#emit({ type: "nonFinite", ...lost });
    else {
      this.#trainLoss.update(result.loss, batch.images.shape[0]!);
      model.metrics.train.update(result.logits, batch.labels);
    }
    progress.batch++;
    progress.samples += batch.images.shape[0]!;
    let gradientNorm: number | undefined;
    if (this.#atStepBoundary()) {
      const moment = { epoch: position.epoch, epochEnd: progress.batch === this.#trainBatchCount };
      const averageDecay = (step: number): number | undefined => this.#average.decay({ step, ...moment });
      const { found, ...taken } = await this.#steps.apply({ learningRate, momentum, averageDecay });
      if (found !== undefined) yield* this.#emit({ type: "nonFinite", ...found });
      gradientNorm = taken.gradientNorm;
    }
    progress.validationDue = this.#validates && validatesAfter(progress, this.#trainBatchCount, options);
    this.metrics["train/loss_step"] = result.loss;
    this.#runLog.add({ lr: learningRate });
    this.#tick();
    if (gradientNorm !== undefined) {
      if (own === undefined) this.#schedule.afterStep(progress.batch, this.metrics);
      if (progress.step % options.logEveryNSteps === 0) {
        await this.#runLog.write("step", position.epoch, {
          "train/loss_step": result.loss,
          lr: learningRate,
        });
      }
    }
    yield* this.#emit({
      type: "trainBatchEnd",
      epoch: position.epoch,
      batchIndex: position.batch,
      batch,
      ...result,
      learningRate,
      gradientNorm,
    });
  }

  /** Whether no epoch will follow, as far as that is known before the validation. */
  #endsTraining(epoch: number): boolean {
    return this.#limitReached || epoch + 1 >= this.#parts.options.maxEpochs;
  }

  /** Whether the last micro-batch completed an optimizer step. */
  #atStepBoundary(): boolean {
    const { batch } = this.progress;
    return batch % this.#parts.options.accumulateGradBatches === 0 || batch === this.#trainBatchCount;
  }

  #reachedLimit(): boolean {
    const { maxSteps, maxSeconds } = this.#parts.options;
    const steps = maxSteps !== undefined && this.progress.step >= maxSteps;
    this.#limitReached = steps || (maxSeconds !== undefined && this.progress.seconds >= maxSeconds);
    return this.#limitReached;
  }

  async *#validation(): Events {
    const { data, options } = this.#parts;
    const overfit = options.overfitBatches !== undefined;
    const batches = overfit ? data.trainLoader(0) : data.valLoader();
    if (batches === undefined) return;
    const limit = overfit ? options.overfitBatches : options.limitValBatches;
    yield* this.#validate(batches, limitBatches(batches.length, limit), false);
  }

  /** Interrupted, it leaves off without a result; a resumed run validates again. */
  async *#validate(batches: BatchSource, batchCount: number, sanityCheck: boolean): Events {
    const { engine, model } = this.#parts;
    const { epoch } = this.progress;
    yield* this.#emit({ type: "validationStart", epoch, sanityCheck, batchCount });
    const weights = this.#average.evaluatedWeights;
    const pass = evaluate({ engine, model, stage: "val", batches, batchCount, weights });
    let passed = 0;
    let next = await pass.next();
    for (; !next.done; passed++) {
      yield* this.#emit({ type: "validationBatchEnd", sanityCheck, ...next.value });
      // Between the batches of one optimizer step there is nothing that could be resumed.
      if (this.#interrupted() && (sanityCheck || this.#atStepBoundary())) return;
      next = await pass.next();
    }
    // Batches that were waited for may end early as well.
    if (this.#interrupted() && passed < batchCount) return;
    if (!sanityCheck) {
      const found = await this.#steps.validated(next.value["val/loss"]!);
      if (found !== undefined) yield* this.#emit({ type: "nonFinite", ...found });
      this.progress.validationDue = false;
      this.#runLog.add(next.value);
    }
    this.#tick();
    yield* this.#emit({ type: "validationEnd", epoch, sanityCheck, metrics: next.value });
  }

  #tick(): void {
    this.progress.seconds = (performance.now() - this.#startedAt) / 1000;
  }

  #fitParts(): FitParts {
    const { callbacks, identity } = this.#parts;
    return {
      progress: this.progress,
      trainLoss: this.#trainLoss,
      schedule: this.#schedule,
      callbacks,
      metrics: this.metrics,
      row: this.#runLog.row,
      identity,
    };
  }

  #createContext(): FitContext {
    const { model, data, engine, options } = this.#parts;
    return {
      model,
      data,
      engine,
      options,
      progress: this.progress,
      metrics: this.metrics,
      evaluatedWeights: this.#average.evaluatedWeights,
      trainBatchCount: this.#trainBatchCount,
      log: (metrics) => this.#runLog.add(metrics),
      logImage: (name, png) => this.#runLog.writeImage(name, png),
      stop: (reason) => {
        this.#stopReason ??= reason;
      },
      saveCheckpoint: (path) => this.#saveCheckpoint(path),
      saveWeights: async (path) => {
        const tensors = await engine.readWeights(this.#average.evaluatedWeights);
        const { epoch, step } = this.progress;
        const { identity } = this.#parts;
        const state = { weights: this.#average.evaluatedWeights, epoch, step, identity };
        await saveCheckpoint(path, { kind: "weights", tensors, state });
      },
    };
  }

  async #saveCheckpoint(path: string): Promise<void> {
    const tensors = await this.#parts.engine.readState();
    for (const [name, tensor] of Object.entries(this.#parts.model.metrics.train.state())) {
      tensors.set(`${METRIC_PREFIX}${name}`, tensor);
    }
    const state = saveFit(this.#fitParts());
    await saveCheckpoint(path, { kind: "training", tensors, state }, { keepPrevious: true });
  }
}
