// The fit loop: epochs of batches, optimizer steps, validations; every happening is an event.

import type { Batch } from "../../core/index.ts";
import type { LoadedCheckpoint } from "../checkpoint/checkpoint.ts";
import type { FitContext } from "../context.ts";
import type { FitStatus } from "../contracts.ts";
import { prefixed } from "../engine/evaluation.ts";
import type { BatchWeight } from "../engine/strategy.ts";
import { deliver } from "../event-bus.ts";
import type { EpochTiming, StepRates, TrainingEvent } from "../events.ts";
import { type Profile, type Profiler, profilerOf } from "../profiler.ts";
import { Agreement } from "./agreement.ts";
import type { EpochPlan } from "./epoch-plan.ts";
import { FitAverage } from "./fit-average.ts";
import { FitCheckpoints } from "./fit-checkpoints.ts";
import { fitContext } from "./fit-context.ts";
import type { FitLoopParts } from "./fit-loop-parts.ts";
import { FitSchedule } from "./fit-schedule.ts";
import { FitValidation } from "./fit-validation.ts";
import { GuardedSteps } from "./guarded-steps.ts";
import { NO_LOGITS, NO_SAMPLES, numberedBatches } from "./numbered-batches.ts";
import { type Progress, startOfTraining } from "./progress.ts";
import { RunLog } from "./run-log.ts";
import { RunningMean } from "./running-mean.ts";

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
  readonly #validation: FitValidation;
  readonly #agreement: Agreement;
  #limitReached = false;
  /** Whether batches were trained on since the last optimizer step. */
  #stepBegun = false;
  #startedAt = 0;

  constructor(parts: FitLoopParts) {
    this.#parts = parts;
    const { options, model, plan, scheduler, engine } = parts;
    this.#plan = plan;
    this.#agreement = new Agreement(parts.collective, parts.signal);
    this.#schedule = new FitSchedule({
      scheduler,
      learningRate: model.learningRate,
      options,
      batchCount: this.#plan.batchCount,
    });
    this.#schedule.check(engine);
    this.#average = new FitAverage(parts.average, engine, options);
    this.#steps = new GuardedSteps(engine, parts.strategy, parts.nonFinitePolicy, this.progress);
    this.#profiler = profilerOf(options.profiler, parts.collective);
    this.log = new RunLog(parts.loggers, this.progress, this.#profiler);
    const checkpoints = new FitCheckpoints({
      model,
      engine,
      profiler: this.#profiler,
      agreement: this.#agreement,
      fit: {
        progress: this.progress,
        trainLoss: this.#trainLoss,
        schedule: this.#schedule,
        average: this.#average,
        callbacks: parts.callbacks,
        metrics: this.log.metrics,
        row: this.log.row,
        identity: parts.identity,
        scaler: engine.scaler,
        batchSize: plan.batchSize,
        processes: parts.collective.size,
      },
    });
    this.restore = (checkpoint) => checkpoints.restore(checkpoint);
    this.#validation = new FitValidation({
      fit: parts,
      average: this.#average,
      steps: this.#steps,
      profiler: this.#profiler,
      progress: this.progress,
      log: this.log,
      emit: (event) => this.#emit(event),
      agreement: this.#agreement,
      atStepBoundary: () => this.#atStepBoundary(),
      agree: async () => void (await this.#agree()),
    });
    this.#context = fitContext(
      {
        fit: parts,
        log: this.log,
        checkpoints,
        progress: this.progress,
        trainBatchCount: this.#plan.batchCount,
        evaluatedWeights: this.#average.evaluatedWeights,
      },
      this.#agreement,
    );
  }

  /** Latest value of everything logged, by full name. */
  get metrics(): Record<string, number> {
    return this.log.metrics;
  }

  get stopReason(): string | undefined {
    return this.#agreement.stopReason;
  }

  get profile(): Profile | undefined {
    return this.#profiler.profile();
  }

  /** Continues from a checkpoint. */
  readonly restore: (checkpoint: LoadedCheckpoint) => Promise<void>;

  /**
   * Runs to the end. Errors end it with status `failed` and are thrown on; whoever leaves the loop over it early ends it
   * with status `interrupted`, behind the optimizer step in progress, as an aborted signal does.
   */
  async *run(): AsyncGenerator<TrainingEvent, FitStatus, undefined> {
    this.#startedAt = performance.now() - this.progress.seconds * 1000;
    let status: FitStatus = "failed";
    let failure: unknown;
    try {
      await this.log.start();
      // No time has passed yet.
      await this.#agreement.reach(0);
      yield* this.#emit({ type: "fitStart" });
      yield* this.#validation.sanityCheck();
      yield* this.#emit({ type: "trainStart", leavesOutLast: this.#plan.leavesOutLast });
      while (!this.#finished()) yield* this.#epoch();
      status = this.#interrupted() ? "interrupted" : this.stopReason === undefined ? "completed" : "stopped";
      if (status !== "interrupted") yield* this.#emit({ type: "trainEnd" });
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      if (status === "failed" && failure === undefined) await this.#leave();
      else await this.#end(status, failure);
    }
    yield { type: "fitEnd", status, reason: this.stopReason, error: undefined };
    return status;
  }

  /** Ends the fit, with the callbacks and the loggers. */
  async #end(status: FitStatus, error?: unknown): Promise<void> {
    this.#tick();
    const event = { type: "fitEnd", status, reason: this.stopReason, error } as const;
    try {
      await deliver(event, this.#parts.callbacks, this.#context, this.#profiler);
    } finally {
      await this.log.fitEnded(status);
    }
  }

  /** Ends a fit that nobody iterates over any more. Between the batches of a step there is nothing that could be resumed. */
  async #leave(): Promise<void> {
    this.#agreement.leave();
    try {
      if (this.#stepBegun) {
        const rest = this.#batches(this.progress.batch, { samples: 0, trainSeconds: 0, dataSeconds: 0 });
        while ((await rest.next()).done !== true);
      }
    } catch (error) {
      await this.#end("failed", error);
      throw error;
    }
    await this.#end("interrupted");
  }

  /** Callbacks first, then whoever iterates over the fit. */
  async *#emit(event: TrainingEvent): Events {
    await deliver(event, this.#parts.callbacks, this.#context, this.#profiler);
    yield event;
  }

  #interrupted(): boolean {
    return this.#agreement.interrupted;
  }

  #finished(): boolean {
    const { options } = this.#parts;
    if (this.#interrupted() || this.progress.epoch >= options.maxEpochs) return true;
    if (this.#reachedLimit() && this.progress.batch === 0) return true;
    const { epoch, step } = this.progress;
    return this.stopReason !== undefined && epoch >= options.minEpochs && step >= options.minSteps;
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
      yield* this.#validation.run();
      if (progress.validationDue) return;
    }
    const timing: EpochTiming = { samples: progress.samples, trainSeconds: 0, dataSeconds: 0 };
    if (!this.#limitReached) yield* this.#batches(startBatch, timing);
    timing.samples = progress.samples - timing.samples;
    if (timing.samples === 0 && startBatch === 0 && progress.batch > 0) throw this.#plan.nothingTrained();
    // At a limit the epoch ends early, validated like any other.
    if (this.#limitReached) progress.validationDue = this.#plan.validates;
    else if (progress.batch < this.#plan.batchCount) return;
    const measured = await this.#profiler.measure("train metrics", () =>
      this.#agreement.merged(model.metrics.train, (metrics) => metrics.compute()),
    );
    const trained = { "train/loss": this.#trainLoss.compute(), ...prefixed("train", measured) };
    this.log.add(trained);
    this.metrics["train/loss_epoch"] = trained["train/loss"];
    if (this.#average.renewsStatistics && this.#endsTraining(epoch)) {
      const batches = numberedBatches(this.#plan.trainBatches(epoch), this.#plan.batchCount);
      const interrupted = (): Promise<boolean> => this.#agree().then(() => this.#interrupted());
      await this.#profiler.measure("batch norm statistics", () =>
        this.#average.renewStatistics(batches, this.#parts.strategy, interrupted),
      );
      if (this.#interrupted()) return;
    }
    if (progress.validationDue) yield* this.#validation.run();
    if (progress.validationDue) return;
    this.#trainLoss.reset();
    model.metrics.train.reset();
    progress.epoch++;
    progress.batch = 0;
    if (this.#average.learningRate(epoch, 0) === undefined)
      this.#schedule.afterEpoch(progress.epoch, this.metrics);
    const [leftOut = 0] = await this.#agree(this.#plan.takeLeftOut());
    await this.#agreement.share(this.log.metrics);
    // Before anyone saves a checkpoint: a row behind one is dropped when the run is resumed, a missing one is lost.
    await this.log.write("epoch", epoch, this.log.row);
    const metrics = { ...this.metrics };
    yield* this.#emit({ type: "trainEpochEnd", epoch, progress, metrics, timing, leftOut });
    await this.#agree();
  }

  /** The batches of the epoch in progress, with the validations between them. */
  async *#batches(startBatch: number, timing: EpochTiming): Events {
    const { options } = this.#parts;
    const { progress } = this;
    let mark = performance.now();
    const epoch = options.overfitBatches === undefined ? progress.epoch : 0;
    const source = this.#plan.trainBatches(epoch, startBatch);
    const batches = numberedBatches(source, this.#plan.batchCount, startBatch);
    for await (const { batch } of this.#profiler.waitingFor("train data", batches)) {
      const arrived = performance.now();
      const own = this.#parts.strategy.weigh(batch);
      const [samples = 0, divisor = 0] = await this.#agree(own.samples, own.divisor);
      const complete = progress.batch + 1 >= this.#plan.batchCount;
      // What others ask for is known now; alone, a batch that was waited for is trained on.
      const heard = batch === undefined || !this.#agreement.isAlone;
      const begun = progress.batch > startBatch || this.#interrupted();
      if (heard && begun && this.#ends()) return;
      if (samples === 0) {
        yield* this.#passOver();
        if (complete) return;
        continue;
      }
      yield* this.#trainBatch(batch, { samples, divisor });
      timing.dataSeconds += (arrived - mark) / 1000;
      timing.trainSeconds += (performance.now() - mark) / 1000;
      if (progress.validationDue && !complete) yield* this.#validation.run();
      if (complete || this.#ends()) return;
      mark = performance.now();
    }
  }

  /** Whether the epoch is left at this place. */
  #ends(): boolean {
    return this.#atStepBoundary() && (this.#interrupted() || this.#reachedLimit());
  }

  /** A batch that the source leaves out, since none of its samples can be read: what others began is finished. */
  async *#passOver(): Events {
    const { progress } = this;
    progress.batch++;
    if (this.#stepBegun && this.#atStepBoundary()) yield* this.#step();
    progress.validationDue ||= this.#plan.isValidationDue(progress);
  }

  async *#trainBatch(batch: Batch | undefined, whole: BatchWeight): Events {
    const { model } = this.#parts;
    const { progress } = this;
    const position = { epoch: progress.epoch, batchIndex: progress.batch };
    const { scheduled: _, ...rates } = this.#rates();
    const { found: lost, ...result } = await this.#profiler.measure("train forward and backward", () =>
      this.#steps.accumulate(batch, !this.#stepBegun, this.#plan.atStepBoundary(progress.batch + 1), whole),
    );
    this.#stepBegun = true;
    const { loss, logits = NO_LOGITS } = result;
    if (lost !== undefined) yield* this.#emit({ type: "nonFinite", ...lost });
    else {
      this.#trainLoss.update(loss, whole.samples);
      if (batch !== undefined && result.logits !== undefined)
        this.#profiler.measure("train metrics", () => model.metrics.train.update(logits, batch.labels));
    }
    progress.batch++;
    progress.samples += whole.samples;
    progress.validationDue ||= this.#plan.isValidationDue(progress);
    this.metrics["train/loss_step"] = loss;
    this.log.add({ lr: rates.learningRate });
    const gradientNorm = this.#atStepBoundary() ? yield* this.#step() : undefined;
    this.#tick();
    yield* this.#emit({
      type: "trainBatchEnd",
      ...position,
      batch: batch ?? NO_SAMPLES,
      samples: whole.samples,
      loss,
      logits,
      ...rates,
      gradientNorm,
    });
  }

  /** The optimizer step of the batches since the last one; returns the norm of their gradient. */
  async *#step(): AsyncGenerator<TrainingEvent, number> {
    const { epoch, batch } = this.progress;
    const { scheduled, ...rates } = this.#rates();
    const moment = { epoch, epochEnd: batch === this.#plan.batchCount };
    const averageDecay = (step: number): number | undefined => this.#average.decay({ step, ...moment });
    if (!this.#agreement.isAlone)
      await this.#profiler.measure("gradients of all", () => this.#steps.reduce());
    const { found, gradientNorm } = await this.#profiler.measure("train optimizer", () =>
      this.#steps.apply({ ...rates, averageDecay }),
    );
    this.#stepBegun = false;
    this.#tick();
    const { scaler } = this.#parts.engine;
    if (scaler !== undefined)
      this.log.add({ "train/loss_scale": scaler.scale, "train/skipped_steps": scaler.skippedSteps });
    if (scheduled) this.#schedule.afterStep(batch, this.metrics);
    if (this.progress.step % this.#parts.options.logEveryNSteps === 0) {
      const loss = this.metrics["train/loss_step"]!;
      await this.log.write("step", epoch, { "train/loss_step": loss, lr: rates.learningRate });
    }
    if (found !== undefined) yield* this.#emit({ type: "nonFinite", ...found });
    return gradientNorm;
  }

  /** Of the optimizer step that is due: as scheduled, or as averaging has it. */
  #rates(): StepRates & { readonly scheduled: boolean } {
    const own = this.#average.learningRate(this.progress.epoch, this.#schedule.learningRate);
    const rates = this.#schedule.rates(this.#parts.engine.layout.groups);
    return own === undefined
      ? { ...rates, scheduled: true }
      : { ...rates, learningRate: own, groupRates: undefined, scheduled: false };
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
    this.#limitReached = steps || time || this.#agreement.endsAtStep;
    return this.#limitReached;
  }

  /** Hears what all processes ask for; numbers are added up. */
  async #agree(...numbers: number[]): Promise<readonly number[]> {
    if (this.#agreement.isAlone) {
      this.#tick();
      return numbers;
    }
    const { seconds, sums } = await this.#profiler.measure("other processes", () =>
      this.#agreement.reach(this.#seconds, ...numbers),
    );
    this.progress.seconds = seconds;
    return sums;
  }

  /** The time of the first process is that of all, from when it was last told. */
  #tick(): void {
    if (this.#agreement.isAlone) this.progress.seconds = this.#seconds;
  }

  get #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }
}
