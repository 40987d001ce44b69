// Which epoch was best so far, by a logged value.
import * as z from "zod";
import type { Json, Metrics } from "../train/index.ts";
import { improves, isLost, type MonitorMode } from "./monitor.ts";

/** Which epoch counts as best. */
export interface BestEpochOptions {
  /** Logged value that decides which epoch is best; default `val/acc_top1`. */
  readonly monitor?: string;
  /** Default `max`. */
  readonly mode?: MonitorMode;
}

/** The fields of `BestEpochOptions`, for the schemas of callbacks. */
export const bestEpochFields: { readonly [K in keyof BestEpochOptions]-?: z.ZodType<BestEpochOptions[K]> } = {
  monitor: z.string().min(1).default("val/acc_top1"),
  mode: z.enum(["min", "max"]).default("max"),
};

/** Of equal epochs the oldest is best; a value that is not finite never is; without the value the latest is. */
export class BestEpoch {
  readonly #monitor: string;
  readonly #mode: MonitorMode;
  #score: number | null | undefined;

  constructor({ monitor = "val/acc_top1", mode = "max" }: BestEpochOptions = {}) {
    this.#monitor = monitor;
    this.#mode = mode;
  }

  /** Whether the epoch that ended with `metrics` is better than all before it. */
  update(metrics: Metrics): boolean {
    const score = metrics[this.#monitor];
    if (isLost(metrics)) return false;
    if (score === undefined) this.#score = null;
    else if (!Number.isFinite(score)) return false;
    else if (typeof this.#score === "number" && !improves(score, this.#score, this.#mode)) return false;
    else this.#score = score;
    return true;
  }

  /** `val/acc_top1 0.9312`, or nothing where the value is not logged. */
  describe(metrics: Metrics): string | undefined {
    const score = metrics[this.#monitor];
    return score === undefined ? undefined : `${this.#monitor} ${score.toFixed(4)}`;
  }

  state(): Json {
    return { score: this.#score ?? null };
  }

  load(state: Json): void {
    this.#score = (state as { score: number | null }).score ?? undefined;
  }
}
