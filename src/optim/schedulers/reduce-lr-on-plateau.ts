// ReduceLROnPlateau: a smaller learning rate where a logged value stops improving.
import { z } from "zod";
import {
  LearningRateScheduler,
  type SchedulerState,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

export interface ReduceLROnPlateauOptions extends SchedulerTiming {
  /** Default `val/loss`. */
  readonly monitor?: string;
  /** Default `min`. */
  readonly mode?: "min" | "max";
  /** Times this; default 0.1. */
  readonly factor?: number;
  /** Steps without improvement that are put up with; default 10. */
  readonly patience?: number;
  /** How much better counts as improvement; default 1e-4. */
  readonly threshold?: number;
  /** Whether `threshold` is a share of the best value or a difference; default `rel`. */
  readonly thresholdMode?: "rel" | "abs";
  /** Steps after a reduction that do not count; default 0. */
  readonly cooldown?: number;
  /** The lowest rate; default 0. */
  readonly minLr?: number;
  /** Smaller changes are left out; default 1e-8. */
  readonly eps?: number;
}

const schema = z.strictObject({
  monitor: z.string().min(1).default("val/loss"),
  mode: z.enum(["min", "max"]).default("min"),
  factor: z.number().positive().lt(1).default(0.1),
  patience: z.int().min(0).default(10),
  threshold: z.number().min(0).default(1e-4),
  thresholdMode: z.enum(["rel", "abs"]).default("rel"),
  cooldown: z.int().min(0).default(0),
  minLr: z.number().min(0).default(0),
  eps: z.number().min(0).default(1e-8),
  ...timingFields,
});

/** As torch's; a value that is not finite is no improvement. */
export class ReduceLROnPlateau extends LearningRateScheduler {
  static readonly schema: z.ZodType = schema;
  readonly #options: z.infer<typeof schema>;
  #best: number | undefined;
  #bad = 0;
  #cooldown = 0;
  #reduces = false;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    super({ interval: options.interval, frequency: options.frequency });
    this.#options = schema.parse(options);
  }

  override get monitor(): string {
    return this.#options.monitor;
  }

  override observe(value: number): void {
    if (this.#improves(value)) {
      this.#best = value;
      this.#bad = 0;
    } else {
      this.#bad++;
    }
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#bad = 0;
    }
    this.#reduces = this.#bad > this.#options.patience;
    if (!this.#reduces) return;
    this.#cooldown = this.#options.cooldown;
    this.#bad = 0;
  }

  override rate({ count, current }: SchedulerStep): number {
    if (count === 0 || !this.#reduces) return current;
    const { factor, minLr, eps } = this.#options;
    const reduced = Math.max(current * factor, minLr);
    return current - reduced > eps ? reduced : current;
  }

  override state(): SchedulerState {
    return {
      ...(this.#best === undefined ? {} : { best: this.#best }),
      bad: this.#bad,
      cooldown: this.#cooldown,
    };
  }

  override loadState({ best, bad = 0, cooldown = 0 }: SchedulerState): void {
    this.#best = best;
    this.#bad = bad;
    this.#cooldown = cooldown;
  }

  #improves(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    if (!Number.isFinite(value)) return false;
    const best = this.#best;
    if (best === undefined) return true;
    const sign = mode === "min" ? -1 : 1;
    const limit = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return sign * (value - limit) > 0;
  }
}
