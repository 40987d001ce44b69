// Stops training when a monitored value has not improved for some validations, or is good or bad enough.

import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { warningOutput } from "../platform/index.ts";
import { Callback, type EventOf, type FitContext, type Json } from "../train/index.ts";
import {
  checkMonitor,
  defaultMonitor,
  improves,
  type MonitorMode,
  modeOf,
  monitoredValue,
} from "./monitor.ts";
import type { LineOutput } from "./progress-line.ts";

/** Lightning's options; some of the defaults differ. */
export interface EarlyStoppingOptions {
  /** Default `val/acc_top1`, with several labels `val/map`. */
  readonly monitor?: string;
  /** Default null: as the monitored metric is better. */
  readonly mode?: MonitorMode | null;
  /** Validations without improvement before training stops; default 20. */
  readonly patience?: number;
  /** A change must be larger than this to count as improvement; default 0.001. */
  readonly minDelta?: number;
  /** Stop where nothing is logged as `monitor`; false: a warning, and training goes on. Default true. */
  readonly strict?: boolean;
  /** Stop where the value is NaN or infinite; default true. */
  readonly checkFinite?: boolean;
  /** Stop as soon as the value is better than this; default null: never. */
  readonly stoppingThreshold?: number | null;
  /** Stop as soon as the value is worse than this; default null: never. */
  readonly divergenceThreshold?: number | null;
  /** Look when a training epoch ends instead of after each validation; default null: only where there is no validation. */
  readonly checkOnTrainEpochEnd?: boolean | null;
  /** Where the warning goes; default: standard error. */
  readonly output?: LineOutput;
}

const WHERE = "callbacks.early_stopping.monitor";

const schema = z.strictObject({
  monitor: z.string().min(1).optional(),
  mode: z.enum(["min", "max"]).nullable().default(null),
  patience: z.int().min(0).default(20),
  minDelta: z.number().min(0).default(0.001),
  strict: z.boolean().default(true),
  checkFinite: z.boolean().default(true),
  stoppingThreshold: z.number().nullable().default(null),
  divergenceThreshold: z.number().nullable().default(null),
  checkOnTrainEpochEnd: z.boolean().nullable().default(null),
});

/** Improvement is measured against the best value so far, as Lightning's callback of this name does. */
export class EarlyStopping extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "EarlyStopping";
  override readonly runsLast = true;
  override readonly runsInFastDevRun = false;
  readonly #options: z.infer<typeof schema>;
  readonly #output: LineOutput;
  #best: number | undefined;
  #waited = 0;
  #warned = false;

  constructor({ output = warningOutput(), ...options }: EarlyStoppingOptions = {}) {
    super();
    this.#options = parseOptions("EarlyStopping", schema, options);
    this.#output = output;
  }

  override state(): Json {
    // JSON has no infinities.
    const best = this.#best === undefined || Number.isFinite(this.#best) ? this.#best : String(this.#best);
    return { best: best ?? null, waited: this.#waited };
  }

  override loadState(state: Json): void {
    const { best, waited } = state as { best: number | string | null; waited: number };
    this.#best = best === null ? undefined : Number(best);
    this.#waited = waited;
  }

  override onValidationEnd(event: EventOf<"validationEnd">, context: FitContext): void {
    if (!event.sanityCheck) {
      if (!this.#looksAtEpochEnds(context)) this.#look(context);
    } else if (this.#options.strict) checkMonitor(this.#monitor(context), event.metrics, WHERE);
  }

  override onTrainEpochEnd(_event: EventOf<"trainEpochEnd">, context: FitContext): void {
    if (this.#looksAtEpochEnds(context)) this.#look(context);
  }

  #looksAtEpochEnds({ data }: FitContext): boolean {
    return this.#options.checkOnTrainEpochEnd ?? data.valLoader() === undefined;
  }

  #look(context: FitContext): void {
    const { patience, minDelta, checkFinite } = this.#options;
    const monitor = this.#monitor(context);
    const { stoppingThreshold, divergenceThreshold } = this.#options;
    const value = this.#value(context);
    if (value === undefined) return;
    const mode = modeOf(this.#options.mode, monitor, context, "callbacks.early_stopping.mode");
    if (checkFinite && !Number.isFinite(value)) {
      context.stop(`${monitor} is ${value}`);
    } else if (stoppingThreshold !== null && improves(value, stoppingThreshold, mode)) {
      context.stop(`${monitor} is ${value}, better than ${stoppingThreshold}`);
    } else if (divergenceThreshold !== null && improves(divergenceThreshold, value, mode)) {
      context.stop(`${monitor} is ${value}, worse than ${divergenceThreshold}`);
    } else if (
      this.#best === undefined ? !Number.isNaN(value) : improves(value, this.#best, mode, minDelta)
    ) {
      this.#best = value;
      this.#waited = 0;
    } else if (++this.#waited >= patience) {
      const best = this.#best === undefined ? "" : ` on ${this.#best.toFixed(4)}`;
      context.stop(`${monitor} has not improved${best} in ${this.#waited} validations`);
    }
  }

  #monitor(context: FitContext): string {
    return this.#options.monitor ?? defaultMonitor(context);
  }

  /** Undefined where it is not there, or not there yet. */
  #value(context: FitContext): number | undefined {
    const monitor = this.#monitor(context);
    const { strict } = this.#options;
    if (strict || context.metrics[monitor] !== undefined) return monitoredValue(monitor, context, WHERE);
    if (!this.#warned) this.#output.write(`warning: ${WHERE}: nothing is logged as ${monitor}\n`);
    this.#warned = true;
    return undefined;
  }
}
