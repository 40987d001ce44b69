// Keeps the run's checkpoints: the last state, to resume from, and the best weights, to use.

import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../core/index.ts";
import {
  joinPath,
  makeFolderOf,
  pathExists,
  readBytes,
  removeFile,
  writeDurably,
} from "../platform/index.ts";
import { Callback, type EventOf, type FitContext, type Json } from "../train/index.ts";
import { checkpointName, isCheckpointName, isCheckpointTemplate, namesIn } from "./checkpoint-name.ts";
import {
  checkMonitor,
  defaultMonitor,
  improves,
  isLost,
  type MonitorMode,
  modeOf,
  monitoredValue,
} from "./monitor.ts";

/** What is kept, when, where and under which names; Lightning's names and meanings. */
export interface ModelCheckpointOptions {
  /** Folder of the checkpoints. */
  readonly dirpath: string;
  /** Name of the kept checkpoints, such as `epoch={epoch:02d}-{val/acc_top1:.4f}`; default `{epoch}-{step}`. */
  readonly filename?: string | null;
  /** Write the names of values into file names where the template does not; default true. */
  readonly autoInsertMetricName?: boolean;
  /** Logged value that decides which weights are best; default `val/acc_top1`, with several labels `val/map`; null: the latest are. */
  readonly monitor?: string | null;
  /** Default null: as the monitored metric is better. */
  readonly mode?: MonitorMode | null;
  /** How many checkpoints to keep under names of their own; -1: all; 0: none, not even the best. Default 1: the best. */
  readonly saveTopK?: number;
  /** Write `last.safetensors`, to resume from; default true. */
  readonly saveLast?: boolean;
  /** Consider every n-th epoch only; default 1. */
  readonly everyNEpochs?: number;
  /** Write `last.safetensors` after every n-th optimizer step too; default: no. */
  readonly everyNTrainSteps?: number | null;
  /** Write it after so many seconds too; default: no. */
  readonly trainTimeInterval?: number | null;
}

const schema = z.strictObject({
  dirpath: z.string().min(1),
  filename: z
    .string()
    .min(1)
    .refine(isCheckpointTemplate, "formats are like {epoch:02d} and {val/loss:.4f}")
    .nullable()
    .default(null),
  autoInsertMetricName: z.boolean().default(true),
  monitor: z.string().min(1).nullable().optional(),
  mode: z.enum(["min", "max"]).nullable().default(null),
  saveTopK: z.int().min(-1).default(1),
  saveLast: z.boolean().default(true),
  everyNEpochs: z.int().min(1).default(1),
  everyNTrainSteps: z.int().min(1).nullable().default(null),
  trainTimeInterval: z.number().positive().nullable().default(null),
});

/** Weights of one moment and what they were worth; no score where nothing is monitored or it is not finite. */
export interface KeptCheckpoint {
  readonly score: number | null;
  /** From 0. */
  readonly epoch: number;
  readonly step: number;
}

interface NamedCheckpoint extends KeptCheckpoint {
  readonly name: string;
  /** Higher is better, null worst of all. */
  readonly rank: number | null;
}

const WHERE = "callbacks.model_checkpoint.monitor";
const RESERVED: readonly string[] = ["best", "last", "last.previous"];

/**
 * `best.safetensors`: the evaluated weights with the best monitored value; of equals the oldest, and a value that is
 * not finite is never best, nor are weights whose validation loss is not finite. Without a validation split the latest epoch is best. `last.safetensors`: everything that
 * resuming needs. Where a `filename` or more than one checkpoint is asked for, the best k (as Lightning: a value must
 * be better than the worst kept one to take its place) are also kept under names of their own.
 */
export class ModelCheckpoint extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "ModelCheckpoint";
  override readonly savesRun = true;
  override readonly runsInFastDevRun = false;
  readonly #options: z.infer<typeof schema>;
  #best: KeptCheckpoint | undefined;
  #named: readonly NamedCheckpoint[] = [];
  #lastStep = -1;
  /** Seconds of training when it was written last, which are the same for all processes. */
  #lastTime = 0;
  /** The checkpoint that the run goes on from. */
  #from: string | undefined;

  constructor(options: ModelCheckpointOptions) {
    super();
    this.#options = parseOptions("ModelCheckpoint", schema, options);
  }

  get lastPath(): string {
    return this.#path("last");
  }

  get bestPath(): string {
    return this.#path("best");
  }

  /** Epoch (from 0), step and monitored value of the best weights; the value is null where nothing is monitored. */
  get best(): KeptCheckpoint | undefined {
    return this.#best;
  }

  /** The checkpoints kept under names of their own, oldest first: file name -> monitored value. */
  get kept(): Readonly<Record<string, number | null>> {
    return Object.fromEntries(this.#named.map(({ name, score }) => [`${name}.safetensors`, score]));
  }

  override state(): Json {
    return { best: this.#best ?? null, named: this.#named } as unknown as Json;
  }

  override loadState(state: Json, from: string): void {
    const saved = state as unknown as { best: KeptCheckpoint | null; named: NamedCheckpoint[] };
    // Files of these names are removed: what a checkpoint says is no path.
    const bad = saved.named.find(({ name }) => !isCheckpointName(name));
    if (bad !== undefined) {
      const message = `the checkpoint names a kept one ${JSON.stringify(bad.name)}, which is no name of a checkpoint`;
      throw new ClassifierTrainingError("storage", "CHECKPOINT_CORRUPT", message, {
        hint: "use its predecessor or an older checkpoint",
      });
    }
    this.#best = saved.best ?? undefined;
    this.#named = saved.named;
    this.#from = from;
  }

  override async onFitStart(_: EventOf<"fitStart">, { progress, rank, gather }: FitContext): Promise<void> {
    this.#lastTime = progress.seconds;
    const from = this.#from;
    this.#from = undefined;
    if (from === undefined) return;
    if (rank === 0) await this.#takeAlong(from);
    const [first] = await gather({ best: this.#best, named: this.#named });
    this.#best = first!.best;
    this.#named = first!.named;
  }

  override async onTrainBatchEnd(event: EventOf<"trainBatchEnd">, context: FitContext): Promise<void> {
    const { everyNTrainSteps, trainTimeInterval } = this.#options;
    if (event.gradientNorm === undefined) return;
    const { step } = context.progress;
    const bySteps = everyNTrainSteps !== null && step % everyNTrainSteps === 0;
    const elapsed = context.progress.seconds - this.#lastTime;
    if (!bySteps && (trainTimeInterval === null || elapsed < trainTimeInterval)) return;
    // What is monitored was measured with other weights.
    if (this.#options.monitor === null) await this.#keep(event.epoch, context);
    await this.#saveLast(context);
  }

  override async onValidationEnd(event: EventOf<"validationEnd">, context: FitContext): Promise<void> {
    const { filename, everyNEpochs } = this.#options;
    if (event.sanityCheck) {
      const monitor = this.#monitor(context);
      const names = [...(monitor === null ? [] : [monitor]), ...namesIn(filename ?? "")];
      for (const name of names) checkMonitor(name, event.metrics, WHERE);
      return;
    }
    if (considersEpochEnds(context) || (event.epoch + 1) % everyNEpochs !== 0) return;
    await this.#keep(event.epoch, context);
  }

  override async onTrainEpochEnd({ epoch }: EventOf<"trainEpochEnd">, context: FitContext): Promise<void> {
    if ((epoch + 1) % this.#options.everyNEpochs !== 0) return;
    if (considersEpochEnds(context)) await this.#keep(epoch, context);
    await this.#saveLast(context);
  }

  override async onFitEnd({ status }: EventOf<"fitEnd">, context: FitContext): Promise<void> {
    if (status === "failed") return;
    if (status === "interrupted" || context.progress.step !== this.#lastStep) await this.#saveLast(context);
  }

  /** A run that goes on in another folder takes along what it kept; what is not there any more is not kept. */
  async #takeAlong(from: string): Promise<void> {
    const there = async (name: string): Promise<boolean> => {
      const [kept, own] = [from.replace(/[^/\\]*$/, `${name}.safetensors`), this.#path(name)];
      if (!(await pathExists(kept))) return false;
      if (kept === own) return true;
      await makeFolderOf(own);
      await writeDurably(own, [await readBytes(kept)]);
      return true;
    };
    if (this.#best !== undefined && !(await there("best"))) this.#best = undefined;
    const named: NamedCheckpoint[] = [];
    for (const checkpoint of this.#named) if (await there(checkpoint.name)) named.push(checkpoint);
    this.#named = named;
  }

  async #saveLast(context: FitContext): Promise<void> {
    if (this.#options.saveLast) await context.saveCheckpoint(this.lastPath);
    this.#lastStep = context.progress.step;
    this.#lastTime = context.progress.seconds;
  }

  /** Keeps the weights as they are, if they are good enough. */
  async #keep(epoch: number, context: FitContext): Promise<void> {
    const { saveTopK, filename } = this.#options;
    const value = this.#monitoredValue(context);
    if (value === "not yet" || saveTopK === 0 || isLost(context.metrics)) return;
    const score = value === undefined || !Number.isFinite(value) ? null : value;
    const checkpoint: KeptCheckpoint = { score, epoch, step: context.progress.step };
    if (filename !== null || saveTopK !== 1) {
      const direction = value !== undefined && this.#mode(context) === "min" ? -1 : 1;
      const rank = value === undefined ? checkpoint.step : score && score * direction;
      await this.#keepNamed(checkpoint, rank, context);
    }
    if (value !== undefined && !this.#isBest(score, context)) return;
    await context.saveWeights(this.bestPath);
    this.#best = checkpoint;
  }

  /** Undefined: nothing is monitored, or there is no validation split to be monitored. */
  #monitoredValue(context: FitContext): number | undefined | "not yet" {
    const monitor = this.#monitor(context);
    if (monitor === null) return undefined;
    const unvalidated = context.metrics[monitor] === undefined && context.data.valLoader() === undefined;
    if (monitor.startsWith("val/") && unvalidated) return undefined;
    return monitoredValue(monitor, context, WHERE) ?? "not yet";
  }

  #isBest(score: number | null, context: FitContext): boolean {
    const best = this.#best?.score ?? null;
    return score !== null && (best === null || improves(score, best, this.#mode(context)));
  }

  #mode(context: FitContext): MonitorMode {
    const monitor = this.#monitor(context) ?? "";
    return modeOf(this.#options.mode, monitor, context, "callbacks.model_checkpoint.mode");
  }

  /** Null: nothing. */
  #monitor(context: FitContext): string | null {
    const { monitor } = this.#options;
    return monitor === undefined ? defaultMonitor(context) : monitor;
  }

  async #keepNamed(checkpoint: KeptCheckpoint, rank: number | null, context: FitContext): Promise<void> {
    const { saveTopK, filename, autoInsertMetricName } = this.#options;
    const full = saveTopK > 0 && this.#named.length >= saveTopK;
    const worst = full ? this.#named.reduce((a, b) => (outranks(a.rank, b.rank) ? b : a)) : undefined;
    if (worst !== undefined && !outranks(rank, worst.rank)) return;
    const values = { ...context.metrics, epoch: checkpoint.epoch, step: checkpoint.step };
    const wanted = checkpointName(filename ?? "{epoch}-{step}", values, autoInsertMetricName);
    const others = this.#named.filter((one) => one !== worst);
    const name = unusedName(wanted, [...RESERVED, ...others.map((one) => one.name)]);
    await context.saveWeights(this.#path(name));
    this.#named = [...others, { name, rank, ...checkpoint }];
    if (worst === undefined || worst.name === name) return;
    if (context.rank === 0) await removeFile(this.#path(worst.name));
  }

  #path(name: string): string {
    return joinPath(this.#options.dirpath, `${name}.safetensors`);
  }
}

/** Whether one validation belongs to each epoch, so that its result is known when the epoch ends. */
function considersEpochEnds({ options, data }: FitContext): boolean {
  const once = options.checkValEveryNEpoch === 1 && options.valCheckInterval === 1;
  return once || data.valLoader() === undefined;
}

/** Whether a rank is strictly above another. */
function outranks(a: number | null, b: number | null): boolean {
  return a !== null && (b === null || a > b);
}

function unusedName(wanted: string, used: readonly string[]): string {
  let name = wanted;
  for (let version = 1; used.includes(name); version++) name = `${wanted}-v${version}`;
  return name;
}
