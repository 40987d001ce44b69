// Which epoch was best so far, by a logged value.
import * as z from "zod";
import type { FitContext, Json, Metrics } from "../train/index.ts";
import { defaultMonitor, improves, isLost, type MonitorMode, modeOf } from "./monitor.ts";

/** Which epoch counts as best. */
export interface BestEpochOptions {
  /** Logged value that decides which epoch is best; default `val/acc_top1`, with several labels `val/map`. */
  readonly monitor?: string;
  /** Default null: as the monitored metric is better. */
  readonly mode?: MonitorMode | null;
}

/** The fields of `BestEpochOptions`, for the schemas of callbacks. */
export const bestEpochFields: { readonly [K in keyof BestEpochOptions]-?: z.ZodType<BestEpochOptions[K]> } = {
  monitor: z.string().min(1).optional(),
  mode: z.enum(["min", "max"]).nullable().default(null),
};

/** Of equal epochs the oldest is best; a value that is not finite never is; without the value the latest is. */
export class BestEpoch {
  readonly #monitor: string | undefined;
  readonly #mode: MonitorMode | null;
  readonly #where: string;
  #score: number | null | undefined;

  /** @param where whose choice it is, for errors */
  constructor(where: string, { monitor, mode = null }: BestEpochOptions = {}) {
    this.#where = where;
    this.#monitor = monitor;
    this.#mode = mode;
  }

  /** The logged value that decides. */
  monitor(context: Pick<FitContext, "model">): string {
    return this.#monitor ?? defaultMonitor(context);
  }

  /**
   * Whether the epoch that ended with `metrics` is better than all before it.
   * @throws ClassifierTrainingError kind "usage" `MONITOR_MODE` where which way is better is neither said nor known
   */
  update(metrics: Metrics, context: Pick<FitContext, "model">): boolean {
    const score = metrics[this.monitor(context)];
    if (isLost(metrics)) return false;
    if (score === undefined) this.#score = null;
    else if (!Number.isFinite(score)) return false;
    else if (typeof this.#score === "number" && !this.#improves(score, this.#score, context)) return false;
    else this.#score = score;
    return true;
  }

  #improves(score: number, best: number, context: Pick<FitContext, "model">): boolean {
    return improves(score, best, modeOf(this.#mode, this.monitor(context), context, `${this.#where}.mode`));
  }

  /** `val/acc_top1 0.9312`, or nothing where the value is not logged. */
  describe(metrics: Metrics, context: Pick<FitContext, "model">): string | undefined {
    const monitor = this.monitor(context);
    const score = metrics[monitor];
    return score === undefined ? undefined : `${monitor} ${score.toFixed(4)}`;
  }

  state(): Json {
    return { score: this.#score ?? null };
  }

  load(state: Json): void {
    this.#score = (state as { score: number | null }).score ?? undefined;
  }
}
