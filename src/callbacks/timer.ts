// Tells how long a fit has been going on, and ends it when its time is up.

import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import {
  Callback,
  DURATION,
  DURATION_MESSAGE,
  type EventOf,
  type FitContext,
  type Json,
  secondsOf,
} from "../train/index.ts";

/** How long the fit may take; Lightning's options. */
export interface TimerOptions {
  /** How long to train, as `DD:HH:MM:SS` or in seconds; default null: without a limit. */
  readonly duration?: string | number | null;
  /** When to look: the fit ends behind the optimizer step in progress, or behind the epoch. Default `step`. */
  readonly interval?: "step" | "epoch";
  /** Milliseconds; default `performance.now`. */
  readonly clock?: () => number;
}

type TimedStage = "train" | "val";

const schema = z.strictObject({
  duration: z
    .union([z.number().positive(), z.string().regex(DURATION, DURATION_MESSAGE)])
    .nullable()
    .default(null),
  interval: z.enum(["step", "epoch"]).default("step"),
});

/**
 * Logs `timer/train_seconds` (from the beginning of training on, validations included, as Lightning counts),
 * `timer/val_seconds` and, with a duration, `timer/remaining_seconds` in every epoch's row. When the duration is over the
 * fit ends as with `trainer.max_time`. What went before a resumption counts.
 */
export class Timer extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "Timer";
  override readonly runsInFastDevRun = false;
  readonly #limit: number;
  readonly #interval: "step" | "epoch";
  readonly #clock: () => number;
  /** Seconds of each stage that are over. */
  readonly #spent: Record<TimedStage, number> = { train: 0, val: 0 };
  /** When the part of a stage that is going on began. */
  readonly #since: Partial<Record<TimedStage, number>> = {};

  constructor({ clock = () => performance.now(), ...options }: TimerOptions = {}) {
    super();
    const { duration, interval } = parseOptions("Timer", schema, options);
    this.#limit =
      typeof duration === "string"
        ? secondsOf(duration, "callbacks.timer.duration")
        : (duration ?? Number.POSITIVE_INFINITY);
    this.#interval = interval;
    this.#clock = clock;
  }

  /** Seconds spent in a stage so far. */
  timeElapsed(stage: TimedStage): number {
    const since = this.#since[stage];
    return this.#spent[stage] + (since === undefined ? 0 : (this.#clock() - since) / 1000);
  }

  /** Seconds until training ends; undefined where there is no limit. */
  timeRemaining(): number | undefined {
    return Number.isFinite(this.#limit) ? Math.max(0, this.#limit - this.timeElapsed("train")) : undefined;
  }

  override state(): Json {
    return { train: this.timeElapsed("train"), val: this.timeElapsed("val") };
  }

  override loadState(state: Json): void {
    Object.assign(this.#spent, state);
  }

  override onTrainStart(_: EventOf<"trainStart">, context: FitContext): void {
    this.#since.train = this.#clock();
    this.#look(context);
  }

  override onTrainBatchEnd(_: EventOf<"trainBatchEnd">, context: FitContext): void {
    this.#log(context);
    if (this.#interval === "step") this.#look(context);
  }

  override onValidationStart({ sanityCheck }: EventOf<"validationStart">): void {
    if (!sanityCheck) this.#since.val = this.#clock();
  }

  override onValidationEnd({ sanityCheck }: EventOf<"validationEnd">, context: FitContext): void {
    if (sanityCheck) return;
    this.#finish("val");
    this.#log(context);
  }

  override onTrainEpochEnd(_: EventOf<"trainEpochEnd">, context: FitContext): void {
    this.#look(context);
  }

  override onFitEnd(): void {
    this.#finish("val");
    this.#finish("train");
  }

  #look(context: FitContext): void {
    if (this.timeRemaining() === 0) context.endAtStep();
  }

  #log(context: FitContext): void {
    const remaining = this.timeRemaining();
    context.log({
      "timer/train_seconds": this.timeElapsed("train"),
      "timer/val_seconds": this.timeElapsed("val"),
      ...(remaining === undefined ? {} : { "timer/remaining_seconds": remaining }),
    });
  }

  #finish(stage: TimedStage): void {
    this.#spent[stage] = this.timeElapsed(stage);
    delete this.#since[stage];
  }
}
