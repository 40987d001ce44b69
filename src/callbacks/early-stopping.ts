// Stops training when a monitored value has not improved for some validations.
import { z } from "zod";
import { Callback, type EventOf, type FitContext, type Json } from "../train/index.ts";
import { checkMonitor, improves, type MonitorMode, monitoredValue } from "./monitor.ts";

export interface EarlyStoppingOptions {
  /** Default `val/acc_top1`. */
  readonly monitor?: string;
  /** Default `max`. */
  readonly mode?: MonitorMode;
  /** Validations without improvement before training stops; default 20. */
  readonly patience?: number;
  /** A change must be larger than this to count as improvement; default 0.001. */
  readonly minDelta?: number;
}

const WHERE = "callbacks.early_stopping.monitor";

/** Improvement is measured against the best value so far; a value that is not finite stops at once. */
export class EarlyStopping extends Callback {
  static readonly schema: z.ZodType = z.strictObject({
    monitor: z.string().min(1).default("val/acc_top1"),
    mode: z.enum(["min", "max"]).default("max"),
    patience: z.int().min(1).default(20),
    minDelta: z.number().min(0).default(0.001),
  });
  override readonly stateKey = "EarlyStopping";
  override readonly runsLast = true;
  override readonly runsInFastDevRun = false;
  readonly #monitor: string;
  readonly #mode: MonitorMode;
  readonly #patience: number;
  readonly #minDelta: number;
  #best: number | undefined;
  #waited = 0;

  constructor({
    monitor = "val/acc_top1",
    mode = "max",
    patience = 20,
    minDelta = 0.001,
  }: EarlyStoppingOptions = {}) {
    super();
    this.#monitor = monitor;
    this.#mode = mode;
    this.#patience = patience;
    this.#minDelta = minDelta;
  }

  override state(): Json {
    return { best: this.#best ?? null, waited: this.#waited };
  }

  override loadState(state: Json): void {
    const { best, waited } = state as { best: number | null; waited: number };
    this.#best = best ?? undefined;
    this.#waited = waited;
  }

  override onValidationEnd(event: EventOf<"validationEnd">, context: FitContext): void {
    if (event.sanityCheck) checkMonitor(this.#monitor, event.metrics, WHERE);
    const value = event.sanityCheck ? undefined : monitoredValue(this.#monitor, context, WHERE);
    if (value === undefined) return;
    if (!Number.isFinite(value)) {
      context.stop(`${this.#monitor} is ${value}`);
    } else if (this.#best === undefined || improves(value, this.#best, this.#mode, this.#minDelta)) {
      this.#best = value;
      this.#waited = 0;
    } else if (++this.#waited >= this.#patience) {
      context.stop(
        `${this.#monitor} has not improved on ${this.#best.toFixed(4)} in ${this.#waited} validations`,
      );
    }
  }
}
