// The fit loop: epochs of batches, optimizer steps, validations; every happening is an event.
import type { LearningRateScheduler } from "../../optim/index.ts";
import type { LoadedCheckpoint } from "../checkpoint/checkpoint.ts";
import type { FitContext } from "../context.ts";
import type {
  Batch,
  BatchSource,
  Callback,
  DataModule,
  FitStatus,
  Json,
  Logger,
  TrainableModel,
} from "../contracts.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import { evaluate, nothingToRead, prefixed } from "../engine/evaluation.ts";
import type { WeightAveraging } from "../engine/weight-average.ts";
import { deliver } from "../event-bus.ts";
import type { EpochTiming, TrainingEvent } from "../events.ts";
import { limitBatches, type ResolvedTrainerOptions } from "../options.ts";
import { type Profile, type Profiler, profilerOf } from "../profiler.ts";
import type { EpochPlan } from "./epoch-plan.ts";
import { FitAverage } from "./fit-average.ts";
import { FitCheckpoints } from "./fit-checkpoints.ts";
import { FitSchedule } from "./fit-schedule.ts";
import { GuardedSteps } from "./guarded-steps.ts";
import type { NonFinitePolicy } from "./non-finite.ts";
import { type Progress, startOfTraining } from "./progress.ts";
import { RunLog } from "./run-log.ts";
import { RunningMean } from "./running-mean.ts";

export interface FitLoopParts {
  readonly model: TrainableModel;
  readonly data: DataModule;
  readonly plan: EpochPlan;
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

/** One fit: created, perhaps restored, run once. */
export class FitLoop {
  readonly progress: Progress = startOfTraining();
  /** Its loggers may outlive the fit: whoever runs it finishes them. */
  readonly log: RunLog;
  readonly #parts: FitLoopParts;
  readonly #trainLoss = new RunningMean();
  readonly #plan: EpochPlan;
  readonly #schedule: FitSchedule;
  readonly #context: FitContext;
  readonly #average: FitAverage;
  readonly #steps: GuardedSteps;
  readonly #profiler: Profiler;
  readonly #checkpoints: FitCheckpoints;
  #stopReason: string | undefined;
  #endsAtStep = false;
  #limitReached = false;
  /** Whether batches were trained on since the last optimizer step. */
  #stepBegun = false;
  #startedAt = 0;

  constructor(parts: FitLoopParts) {
    this.#parts = parts;
    const { options, model, plan, scheduler, engine } = parts;
    this.#plan = plan;
    this.#schedule = new FitSchedule({
      scheduler,
      learningRate: model.learningRate,
      options,
      batchCount: this.#plan.batchCount,
    });
    this.#schedule.checkMomentum(engine.layout.groups.map(({ optimizer }) => optimizer));
    this.#average = new FitAverage(parts.average, engine, options);
    this.#steps = new GuardedSteps(engine, parts.nonFinitePolicy, this.progress);
    this.#profiler = profilerOf(options.profiler);
    this.log = new RunLog(parts.loggers, this.progress, this.#profiler);
    this.#checkpoints = new FitCheckpoints({
      model,
      engine,
      profiler: this.#profiler,
      fit: {
        progress: this.progress,
        trainLoss: this.#trainLoss,
        schedule: this.#schedule,
        average: this.#average,
        callbacks: parts.callbacks,
        metrics: this.log.metrics,
        row: this.log.row,
        identity: parts.identity,
      },
    });
    this.#context = this.#createContext();
  }

  /** Latest value of everything logged, by full name. */
  get metrics(): Record<string, number> {
    return this.log.metrics;
  }

  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  get profile(): Profile | undefined {
    return this.#profiler.profile();
  }

  /** Continues from a checkpoint. */
  async restore(checkpoint: LoadedCheckpoint): Promise<void> {
    await this.#checkpoints.restore(checkpoint);
  }

  /** Runs to the end. Errors end it with status `failed` and are thrown on. */
  async *run(): AsyncGenerator<TrainingEvent, FitStatus, undefined> {
    this.#startedAt = performance.now() - this.progress.seconds * 1000;
    let status: FitStatus = "failed";
    let failure: unknown;
    try {
      await this.log.start();
      yield* this.#emit({ type: "fitStart" });
      yield* this.#sanityCheck();
      yield* this.#emit({ type: "trainStart", leavesOutLast: this.#plan.leavesOutLast });
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
        await deliver(event, this.#parts.callbacks, this.#context, this.#profiler);
      } finally {
        await this.log.fitEnded(status);
      }
      if (failure === undefined) yield event;
    }
    return status;
  }

  /** Callbacks first, then whoever iterates over the fit. */
  async *#emit(event: TrainingEvent): Events {
    await deliver(event, this.#parts.callbacks, this.#context, this.#profiler);
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
    const { options } = this.#parts;
    if (options.numSanityValSteps === 0 || this.progress.step > 0) return;
    const batches = this.#plan.valBatches();
    if (batches === undefined) return;
    const count = Math.min(options.numSanityValSteps, limitBatches(batches.length, options.limitValBatches));
    yield* this.#validate(batches, count, true);
  }

  async *#epoch(): Events {
    const { model } = this.#parts;
    const { progress } = this;
    const { epoch, batch: startBatch } = progress;
    if (startBatch === 0) this.log.startRow();
    await this.#parts.engine.enterEpoch(epoch);
    await this.#steps.enterEpoch();
    yield* this.#emit({ type: "trainEpochStart", epoch, batchCount: this.#plan.batchCount, startBatch });
    if (progress.validationDue && startBatch < this.#plan.batchCount) {
      yield* this.#validation();
      if (progress.validationDue) return;
    }
    const timing: EpochTiming = { samples: progress.samples, trainSeconds: 0, dataSeconds: 0 };
    if (!this.#limitReached) yield* this.#batches(startBatch, timing);
    timing.samples = progress.samples - timing.samples;
    if (timing.samples === 0 && startBatch === 0 && progress.batch > 0) throw this.#plan.nothingTrained();
    // At a limit the epoch ends early, validated like any other.
    if (this.#limitReached) progress.validationDue = this.#plan.validates;
    else if (progress.batch < this.#plan.batchCount) return;
    const trained = {
      "train/loss": this.#trainLoss.compute(),
      ...prefixed(
        "train",
        this.#profiler.measure("train metrics", () => model.metrics.train.compute()),
      ),
    };
    this.log.add(trained);
    this.metrics["train/loss_epoch"] = trained["train/loss"];
    if (this.#average.renewsStatistics && this.#endsTraining(epoch)) {
      const batches = this.#plan.trainBatches(epoch);
      await this.#profiler.measure("batch norm statistics", () =>
        this.#average.renewStatistics(batches, this.#plan.batchCount, () => this.#interrupted()),
      );
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
    await this.log.write("epoch", epoch, this.log.row);
    const [metrics, leftOut] = [{ ...this.metrics }, this.#plan.takeLeftOut()];
    yield* this.#emit({ type: "trainEpochEnd", epoch, progress, metrics, timing, leftOut });
  }

  /** The batches of the epoch in progress, with the validations between them. */
  async *#batches(startBatch: number, timing: EpochTiming): Events {
    const { options } = this.#parts;
    const { progress } = this;
    let mark = performance.now();
    const epoch = options.overfitBatches === undefined ? progress.epoch : 0;
    const batches = this.#plan.trainBatches(epoch, startBatch);
    for await (const batch of this.#profiler.waitingFor("train data", batches)) {
      const arrived = performance.now();
      yield* this.#passOver(Math.min(batch.batch ?? progress.batch, this.#plan.batchCount));
      if (progress.batch >= this.#plan.batchCount) return;
      yield* this.#trainBatch(batch);
      timing.dataSeconds += (arrived - mark) / 1000;
      timing.trainSeconds += (performance.now() - mark) / 1000;
      const complete = progress.batch >= this.#plan.batchCount;
      if (progress.validationDue && !complete) yield* this.#validation();
      if (this.#atStepBoundary() && (this.#interrupted() || this.#reachedLimit())) return;
      if (complete) return;
      mark = performance.now();
    }
    if (!this.#interrupted()) yield* this.#passOver(this.#plan.batchCount);
  }

  /** Batches that the source leaves out, since none of their samples can be read: what others began is finished. */
  async *#passOver(until: number): Events {
    const { progress } = this;
    while (progress.batch < until) {
      progress.batch++;
      if (this.#stepBegun && this.#atStepBoundary()) yield* this.#step();
      progress.validationDue ||= this.#plan.isValidationDue(progress);
    }
  }

  async *#trainBatch(batch: Batch): Events {
    const { model } = this.#parts;
    const { progress } = this;
    const position = { epoch: progress.epoch, batchIndex: progress.batch };
    const { momentum, learningRate: scheduled } = this.#schedule;
    const learningRate = this.#average.learningRate(position.epoch, scheduled) ?? scheduled;
    const { found: lost, ...result } = await this.#profiler.measure("train forward and backward", () =>
      this.#steps.accumulate(batch, !this.#stepBegun),
    );
    this.#stepBegun = true;
    if (lost !== undefined) yield* this.#emit({ type: "nonFinite", ...lost });
    else {
      this.#trainLoss.update(result.loss, batch.images.shape[0]!);
      this.#profiler.measure("train metrics", () => model.metrics.train.update(result.logits, batch.labels));
    }
    progress.batch++;
    progress.samples += batch.images.shape[0]!;
    progress.validationDue ||= this.#plan.isValidationDue(progress);
    this.metrics["train/loss_step"] = result.loss;
    this.log.add({ lr: learningRate });
    const gradientNorm = this.#atStepBoundary() ? yield* this.#step() : undefined;
    this.#tick();
    yield* this.#emit({
      type: "trainBatchEnd",
      ...position,
      batch,
      ...result,
      learningRate,
      momentum,
      gradientNorm,
    });
  }

  /** The optimizer step of the batches since the last one; returns the norm of their gradient. */
  async *#step(): AsyncGenerator<TrainingEvent, number> {
    const { epoch, batch } = this.progress;
    const { momentum, learningRate: scheduled } = this.#schedule;
    const own = this.#average.learningRate(epoch, scheduled);
    const learningRate = own ?? scheduled;
    const moment = { epoch, epochEnd: batch === this.#plan.batchCount };
    const averageDecay = (step: number): number | undefined => this.#average.decay({ step, ...moment });
    const { found, gradientNorm } = await this.#profiler.measure("train optimizer", () =>
      this.#steps.apply({ learningRate, momentum, averageDecay }),
    );
    this.#stepBegun = false;
    if (found !== undefined) yield* this.#emit({ type: "nonFinite", ...found });
    this.#tick();
    if (own === undefined) this.#schedule.afterStep(batch, this.metrics);
    if (this.progress.step % this.#parts.options.logEveryNSteps === 0) {
      const loss = this.metrics["train/loss_step"]!;
      await this.log.write("step", epoch, { "train/loss_step": loss, lr: learningRate });
    }
    return gradientNorm;
  }

  /** Whether no epoch will follow, as far as that is known before the validation. */
  #endsTraining(epoch: number): boolean {
    return this.#limitReached || epoch + 1 >= this.#parts.options.maxEpochs;
  }

  /** Whether the last micro-batch completed an optimizer step. */
  #atStepBoundary(): boolean {
    return this.#plan.atStepBoundary(this.progress.batch);
  }

  #reachedLimit(): boolean {
    const { maxSteps, maxSeconds } = this.#parts.options;
    const steps = maxSteps !== undefined && this.progress.step >= maxSteps;
    const time = maxSeconds !== undefined && this.progress.seconds >= maxSeconds;
    this.#limitReached = steps || time || this.#endsAtStep;
    return this.#limitReached;
  }

  async *#validation(): Events {
    const { options } = this.#parts;
    const { overfitBatches, limitValBatches } = options;
    const batches = overfitBatches === undefined ? this.#plan.valBatches() : this.#plan.overfitBatches();
    if (batches === undefined) return;
    yield* this.#validate(batches, limitBatches(batches.length, overfitBatches ?? limitValBatches), false);
  }

  /** Interrupted, it leaves off without a result; a resumed run validates again. */
  async *#validate(batches: BatchSource, batchCount: number, sanityCheck: boolean): Events {
    const { engine, model } = this.#parts;
    const { epoch } = this.progress;
    yield* this.#emit({ type: "validationStart", epoch, sanityCheck, batchCount });
    const weights = this.#average.evaluatedWeights;
    const profiler = this.#profiler;
    const pass = evaluate({ engine, model, stage: "val", batches, batchCount, weights, profiler });
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
    if (passed === 0 && batchCount > 0) throw nothingToRead("val");
    if (!sanityCheck) {
      const found = await this.#steps.validated(next.value["val/loss"]!);
      if (found !== undefined) yield* this.#emit({ type: "nonFinite", ...found });
      this.progress.validationDue = false;
      this.log.add(next.value);
    }
    this.#tick();
    yield* this.#emit({ type: "validationEnd", epoch, sanityCheck, metrics: next.value });
  }

  #tick(): void {
    this.progress.seconds = (performance.now() - this.#startedAt) / 1000;
  }

  #createContext(): FitContext {
    const { model, data, engine, options, scheduler } = this.#parts;
    return {
      model,
      data,
      engine,
      options,
      scheduler,
      progress: this.progress,
      metrics: this.metrics,
      evaluatedWeights: this.#average.evaluatedWeights,
      trainBatchCount: this.#plan.batchCount,
      log: (metrics) => this.log.add(metrics),
      logStep: (metrics) => this.log.writeStep(this.progress.epoch, metrics),
      logImage: (name, png) => this.log.writeImage(name, png),
      stop: (reason) => {
        this.#stopReason ??= reason;
      },
      endAtStep: () => {
        this.#endsAtStep = true;
      },
      saveCheckpoint: (path) => this.#checkpoints.saveTraining(path),
      saveWeights: (path) => this.#checkpoints.saveWeights(path),
    };
  }
}
