// ReduceLROnPlateau: a smaller learning rate where a logged value stops improving.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type ScheduledGroup,
  type SchedulerState,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

/** What is watched, what counts as better, and what is done where nothing gets better. */
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
  /** The lowest rate, or that of each parameter group; default 0. */
  readonly minLr?: number | readonly number[];
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
  minLr: z.union([z.number().min(0), z.array(z.number().min(0)).min(1)]).default(0),
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
  #reductions = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    super({ interval: options.interval, frequency: options.frequency });
    this.#options = parseOptions("ReduceLROnPlateau", schema, options);
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
    if (this.#bad <= this.#options.patience) return;
    this.#reductions++;
    this.#cooldown = this.#options.cooldown;
    this.#bad = 0;
  }

  /** Of several lowest rates the lowest holds here; groups have their own. */
  override rate({ base }: Pick<SchedulerStep, "base">): number {
    const { minLr } = this.#options;
    return this.#reduced(base, typeof minLr === "number" ? minLr : Math.min(...minLr));
  }

  /** @throws ClassifierTrainingError kind "usage" `SCHEDULER_MIN_LR` where there are not as many lowest rates as groups. */
  override groupRate(_rate: number, { base, index, count }: ScheduledGroup): number {
    const { minLr } = this.#options;
    this.checkGroups([count]);
    return this.#reduced(base, typeof minLr === "number" ? minLr : minLr[index]!);
  }

  /**
   * As torch's, which refuses several lowest rates where groups are added later.
   * @throws ClassifierTrainingError kind "usage" `SCHEDULER_MIN_LR` where there are not as many lowest rates as groups.
   */
  override checkGroups(counts: readonly number[]): void {
    const { minLr } = this.#options;
    if (typeof minLr === "number" || counts.every((count) => count === minLr.length)) return;
    const message = `min_lr has ${minLr.length} rates, the optimizer has ${counts.join(", then ")} parameter groups`;
    throw new ClassifierTrainingError("usage", "SCHEDULER_MIN_LR", message, {
      where: "scheduler.min_lr",
      hint:
        counts.length === 1
          ? "give one for each group, or one for all"
          : "give one for all: groups come with what is unfrozen",
    });
  }

  #reduced(base: number, lowest: number): number {
    const { factor, eps } = this.#options;
    let rate = base;
    for (let i = 0; i < this.#reductions; i++) {
      const next = Math.max(rate * factor, lowest);
      if (rate - next > eps) rate = next;
    }
    return rate;
  }

  override state(): SchedulerState {
    return {
      ...(this.#best === undefined ? {} : { best: this.#best }),
      bad: this.#bad,
      cooldown: this.#cooldown,
      reductions: this.#reductions,
    };
  }

  override loadState({ best, bad = 0, cooldown = 0, reductions = 0 }: SchedulerState): void {
    this.#reductions = reductions;
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
