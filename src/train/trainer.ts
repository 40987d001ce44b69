// The trainer: fits and tests a model in a runtime; embeddable as an async iterator of events.

import type { LoaderMemory, TrainerData } from "../core/index.ts";
import { ClassifierTrainingError, parseOptions } from "../core/index.ts";
import type { LearningRateScheduler, LossScalerOptions, Optimizer } from "../optim/index.ts";
import { ALONE } from "../runtime/alone.ts";
import type { Collective } from "../runtime/collective.ts";
import type { Runtime } from "../runtime/contract.ts";
import type { Callback } from "./callback.ts";
import type { LoadedCheckpoint } from "./checkpoint/checkpoint.ts";
import type { FitStatus, Json, Logger, TrainableModel } from "./contracts.ts";
import { TrainingEngine } from "./engine/engine.ts";
import { checkSplits, evaluate, nothingToRead } from "./engine/evaluation.ts";
import { FineTuning, type FineTuningOptions } from "./engine/fine-tuning.ts";
import { strategyOf } from "./engine/single-process.ts";
import { WeightAverage, type WeightAverageOptions, type WeightAveraging } from "./engine/weight-average.ts";
import { deliver, inHookOrder } from "./event-bus.ts";
import type { Metrics, TrainingEvent } from "./events.ts";
import { checkShare, EpochPlan } from "./fit/epoch-plan.ts";
import { FitLoop } from "./fit/fit-loop.ts";
import type { Progress } from "./fit/progress.ts";
import type { RunLog } from "./fit/run-log.ts";
import {
  limitBatches,
  type ResolvedTrainerOptions,
  resolveTrainerOptions,
  type TrainerOptions,
} from "./options.ts";
import { trainerSchema } from "./options-schema.ts";
import { NO_PROFILER, type Profile } from "./profiler.ts";

/** What a trainer is made of beside its options. */
export interface TrainerParts {
  readonly runtime: Runtime;
  /** Seed of the first weights; default 42. */
  readonly seed?: number;
  readonly callbacks?: readonly Callback[];
  readonly loggers?: readonly Logger[];
  /** Keep an exponential moving average of the weights; validation, best checkpoint and export then use it. Default: as a callback asks. */
  readonly average?: WeightAverageOptions | undefined;
  /** Freezing, groups with their own learning rate or weight decay. */
  readonly fineTuning?: FineTuningOptions | undefined;
  /** How losses are scaled in precision `16-mixed`; default: as torch's GradScaler. */
  readonly lossScaling?: LossScalerOptions | undefined;
  /** The processes that train together, as `openCollective` gives them. Default: this one alone. */
  readonly collective?: Collective | undefined;
  /** Is told, in a line for a person, what makes the runtime slower than it could be. */
  readonly onRemark?: ((line: string) => void) | undefined;
  /** Default: the model's own. */
  readonly optimizer?: Optimizer | undefined;
  /** Default: the model's own. */
  readonly scheduler?: LearningRateScheduler | undefined;
}

/** What one fit is told beyond the trainer's own options. */
export interface FitOptions {
  /** Ends the fit behind the optimizer step in progress; callbacks then save what resuming needs. */
  readonly signal?: AbortSignal;
  /** Continue from here. */
  readonly checkpoint?: LoadedCheckpoint | undefined;
  /** Start from these weights instead of drawn ones. */
  readonly weights?: Parameters<TrainingEngine["writeWeights"]>[0] | undefined;
  /** What a resumed run must have in common with the saved one, such as class names. */
  readonly identity?: Readonly<Record<string, Json>>;
}

/** How a fit ended, and what it reached. */
export interface FitResult {
  readonly status: FitStatus;
  /** Why a callback ended it. */
  readonly reason: string | undefined;
  readonly progress: Readonly<Progress>;
  /** Latest value of everything logged. */
  readonly metrics: Metrics;
  /** Where the time went, with `profiler`. */
  readonly profile: Profile | undefined;
}

/**
 * Fits and tests models. One trainer holds one engine, that of the model it was last given: dispose it at the end. A
 * second `fit` of a model goes on with its weights, optimizer and steps beginning anew.
 * Loggers stay open behind a fit, for the test that may follow, until the trainer is disposed of or fits again.
 *
 *     for await (const event of trainer.fit(model, data, { signal })) console.log(event.type);
 */
export class Trainer implements AsyncDisposable {
  readonly options: ResolvedTrainerOptions;
  readonly #parts: TrainerParts;
  #engine: TrainingEngine | undefined;
  /** Whose state the engine holds. */
  #model: TrainableModel | undefined;
  /** Whether the engine has been trained. */
  #trained = false;
  /** Of the last fit: a test is logged there too. */
  #log: RunLog | undefined;

  /** @throws ClassifierTrainingError kind "usage" `OPTIONS` */
  constructor(options: TrainerOptions, parts: TrainerParts) {
    this.options = resolveTrainerOptions(parseOptions("trainer", trainerSchema, options));
    this.#parts = parts;
    if (this.options.strategy === "mpi" && parts.collective === undefined) throw noCollective();
  }

  /** The engine of the last `fit` or `test`, which holds the weights. */
  get engine(): TrainingEngine | undefined {
    return this.#engine;
  }

  /**
   * Trains `model`, yielding every event after the callbacks have seen it; returns how it ended.
   * @throws ClassifierTrainingError kind "non-finite", "data", "storage", as things go wrong; the last checkpoint stays.
   */
  async *fit(
    model: TrainableModel,
    data: TrainerData,
    { signal, checkpoint, weights, identity = {} }: FitOptions = {},
  ): AsyncGenerator<TrainingEvent, FitResult, undefined> {
    await this.finishLogging();
    checkSplits(model, data);
    refuseShare(data);
    const { collective } = this;
    const engine = await this.open(model);
    if (this.#trained) await engine.restart();
    this.#trained = true;
    if (weights !== undefined) await engine.writeWeights(weights);
    const { scheduler, callbacks = [], loggers = [] } = this.#parts;
    const devRun = this.options.fastDevRun > 0;
    const loop = new FitLoop({
      model,
      data,
      plan: await EpochPlan.of(data, engine, this.options, this.#pass),
      strategy: strategyOf(engine, model, collective),
      collective,
      engine,
      options: this.options,
      scheduler: scheduler ?? model.createScheduler(),
      callbacks: this.#callbacks,
      loggers: devRun || collective.rank > 0 ? [] : loggers,
      average: this.#average,
      nonFinitePolicy: callbacks.find(({ nonFinitePolicy }) => nonFinitePolicy !== undefined)
        ?.nonFinitePolicy,
      identity,
      signal,
    });
    if (checkpoint !== undefined) await loop.restore(checkpoint);
    this.#log = loop.log;
    const status = yield* loop.run();
    const { stopReason: reason, progress, metrics, profile } = loop;
    return { status, reason, progress, metrics, profile };
  }

  /**
   * Evaluates `model` on the test batches of `data`, yielding every event after the callbacks have seen it; returns
   * `test/...` metrics, or undefined where there is no test split. Behind a fit they are a row of its loggers, too.
   */
  async *test(
    model: TrainableModel,
    data: TrainerData,
  ): AsyncGenerator<TrainingEvent, Metrics | undefined, undefined> {
    const { collective } = this;
    const batches = data.testLoader(this.#pass);
    if (batches === undefined) return undefined;
    checkShare(batches, this.#pass);
    checkSplits(model, data);
    const engine = await this.open(model);
    const batchCount = limitBatches(batches.length, this.options.limitTestBatches);
    const weights = this.#average === undefined ? "live" : "average";
    const context = { model, data, engine, options: this.options, evaluatedWeights: weights } as const;
    const callbacks = this.#callbacks;
    async function* emit(event: TrainingEvent): AsyncGenerator<TrainingEvent, void, undefined> {
      await deliver(event, callbacks, context, NO_PROFILER);
      yield event;
    }
    yield* emit({ type: "testStart", batchCount });
    const profiler = NO_PROFILER;
    const pass = evaluate({
      engine,
      model,
      stage: "test",
      batches,
      batchCount,
      weights,
      profiler,
      strategy: strategyOf(engine, model, collective),
      collective,
    });
    let next = await pass.next();
    for (; !next.done; next = await pass.next())
      if (next.value !== undefined) yield* emit({ type: "testBatchEnd", ...next.value });
    const { metrics, samples } = next.value;
    if (samples === 0 && batchCount > 0) throw nothingToRead("test");
    await this.#log?.writeTest(metrics);
    yield* emit({ type: "testEnd", metrics });
    return metrics;
  }

  /**
   * Opens the engine for `model`, with first weights; the same engine on later calls with this model. That of another
   * model is closed.
   */
  async open(model: TrainableModel): Promise<TrainingEngine> {
    if (this.#engine !== undefined && this.#model !== model) {
      await this.#engine.dispose();
      this.#engine = undefined;
      this.#trained = false;
    }
    this.#model = model;
    const { runtime, seed = 42, fineTuning, optimizer, lossScaling, onRemark } = this.#parts;
    const { gradientClipVal, gradientClipAlgorithm, accumulateGradBatches } = this.options;
    this.#engine ??= await TrainingEngine.open({
      runtime,
      model,
      seed,
      optimizer: optimizer ?? model.createOptimizer(),
      clipping:
        gradientClipVal > 0 ? { algorithm: gradientClipAlgorithm, limit: gradientClipVal } : undefined,
      accumulate: accumulateGradBatches,
      average: this.#average !== undefined,
      precision: this.options.precision,
      lossScaling,
      convolutionAlgorithm: this.options.convAlgorithm,
      onRemark,
      collective: this.collective,
      syncBatchnorm: this.#synchronises(runtime),
      ...(this.options.threads === undefined ? {} : { threads: this.options.threads }),
      fineTuning: fineTuning && new FineTuning(model.network, fineTuning),
    });
    return this.#engine;
  }

  /** Those that have a part in this run, in the order in which their hooks run. */
  get #callbacks(): Callback[] {
    const { callbacks = [] } = this.#parts;
    const devRun = this.options.fastDevRun > 0;
    const { rank } = this.collective;
    return inHookOrder(
      callbacks.filter(
        ({ runsInFastDevRun, mainProcessOnly }) =>
          (!devRun || runsInFastDevRun) && (rank === 0 || !mainProcessOnly),
      ),
    );
  }

  /** The processes that train together. */
  get collective(): Collective {
    return this.options.strategy === "single" ? ALONE : (this.#parts.collective ?? ALONE);
  }

  /** @throws ClassifierTrainingError kind "usage" `SYNC_BATCHNORM` where the runtime cannot */
  #synchronises(runtime: Runtime): boolean {
    const { syncBatchnorm, precision } = this.options;
    if (!syncBatchnorm || this.collective.size === 1) return false;
    if (runtime.sumsTogether === true && precision === "32-true") return true;
    const what = runtime.sumsTogether === true ? `precision ${precision}` : `runtime ${runtime.name}`;
    const message = `${what} has no batch norm of several processes`;
    throw new ClassifierTrainingError("usage", "SYNC_BATCHNORM", message, {
      where: "trainer.sync_batchnorm",
      hint: "set it to false, or train with runtime=onednn and trainer.precision=32-true",
    });
  }

  /** Where no callback keeps a batch, its memory may be used again. */
  get #pass(): LoaderMemory {
    const { rank, size } = this.collective;
    const reuseMemory = !this.#callbacks.some(({ keepsBatches }) => keepsBatches);
    return { reuseMemory, ...(size === 1 ? {} : { share: { rank, size } }) };
  }

  /** @throws ClassifierTrainingError kind "usage" `WEIGHT_AVERAGES` where more than one average is asked for. */
  get #average(): WeightAveraging | undefined {
    const { average, callbacks = [] } = this.#parts;
    const averaging = callbacks.filter(({ weightAverage }) => weightAverage !== undefined);
    const names = [
      ...(average === undefined ? [] : ["average"]),
      ...averaging.map(({ stateKey }) => stateKey),
    ];
    if (names.length > 1) {
      const message = `${names.join(" and ")} exclude each other: one average of the weights is kept`;
      throw new ClassifierTrainingError("usage", "WEIGHT_AVERAGES", message, {
        where: "callbacks",
        hint: "leave one of them out, as callbacks.ema=null does",
      });
    }
    return average === undefined ? averaging[0]?.weightAverage : new WeightAverage(average);
  }

  /** Finishes the loggers of the last fit, where they are still open; a later test is not logged. */
  async finishLogging(): Promise<void> {
    await this.#log?.finish();
  }

  async dispose(): Promise<void> {
    try {
      await this.finishLogging();
    } finally {
      await this.#engine?.dispose();
      this.#engine = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

function noCollective(): ClassifierTrainingError {
  const message = "the processes that train together are not known to the trainer";
  return new ClassifierTrainingError("usage", "NO_COLLECTIVE", message, {
    where: "trainer.strategy",
    hint: "give it collective: await openCollective(), of classifier-training/collective",
  });
}

/**
 * Refuses a share of an epoch that the data takes by itself: the trainer shares each batch, and what a sampler leaves out
 * nobody would train on.
 * @throws ClassifierTrainingError kind "usage", `NO_COLLECTIVE`
 */
function refuseShare({ options }: TrainerData): void {
  const { worldSize = 1 } = options?.sampler ?? {};
  if (worldSize === 1) return;
  const message = `${worldSize} processes would each train a model of their own: nothing reduces their gradients`;
  throw new ClassifierTrainingError("usage", "NO_COLLECTIVE", message, {
    where: "data.sampler.world_size",
    hint: "leave it at 1: processes that mpirun starts share every batch by themselves",
  });
}
