// Keeps the run's checkpoints: the last state, to resume from, and the best weights, to use.
import { join } from "node:path";
import { z } from "zod";
import { Callback, type EventOf, type FitContext, type Json } from "../train/index.ts";
import { improves, type MonitorMode } from "./monitor.ts";

export interface ModelCheckpointOptions {
  /** Folder of the checkpoints. */
  readonly dirpath: string;
  /** Logged value that decides which epoch is best; default `val/acc_top1`. */
  readonly monitor?: string;
  /** Default `max`. */
  readonly mode?: MonitorMode;
  /** Write `last.safetensors` after every epoch and when the run is interrupted; default true. */
  readonly saveLast?: boolean;
}

/**
 * `best.safetensors`: the evaluated weights of the epoch with the best monitored value; of equals the oldest,
 * and a value that is not finite is never best. Where the value is not logged (no validation split), the latest
 * epoch counts as best. `last.safetensors`: everything that resuming needs.
 */
export class ModelCheckpoint extends Callback {
  static readonly schema: z.ZodType = z.strictObject({
    dirpath: z.string().min(1),
    monitor: z.string().min(1).default("val/acc_top1"),
    mode: z.enum(["min", "max"]).default("max"),
    saveLast: z.boolean().default(true),
  });
  override readonly stateKey = "ModelCheckpoint";
  override readonly runsLast = true;
  readonly #dirpath: string;
  readonly #monitor: string;
  readonly #mode: MonitorMode;
  readonly #saveLast: boolean;
  #best: { readonly score: number | null; readonly epoch: number } | undefined;

  constructor({ dirpath, monitor = "val/acc_top1", mode = "max", saveLast = true }: ModelCheckpointOptions) {
    super();
    this.#dirpath = dirpath;
    this.#monitor = monitor;
    this.#mode = mode;
    this.#saveLast = saveLast;
  }

  get lastPath(): string {
    return join(this.#dirpath, "last.safetensors");
  }

  get bestPath(): string {
    return join(this.#dirpath, "best.safetensors");
  }

  /** Epoch (from 0) and monitored value of the best weights; the value is null where nothing is monitored. */
  get best(): { readonly score: number | null; readonly epoch: number } | undefined {
    return this.#best;
  }

  override state(): Json {
    return { best: this.#best ?? null };
  }

  override loadState(state: Json): void {
    this.#best = (state as { best: { score: number | null; epoch: number } | null }).best ?? undefined;
  }

  override async onTrainEpochEnd({ epoch }: EventOf<"trainEpochEnd">, context: FitContext): Promise<void> {
    const score = context.metrics[this.#monitor];
    if (score === undefined || this.#isBest(score)) {
      await context.saveWeights(this.bestPath);
      this.#best = { score: score ?? null, epoch };
    }
    if (this.#saveLast) await context.saveCheckpoint(this.lastPath);
  }

  override async onFitEnd({ status }: EventOf<"fitEnd">, context: FitContext): Promise<void> {
    if (status === "interrupted" && this.#saveLast) await context.saveCheckpoint(this.lastPath);
  }

  #isBest(score: number): boolean {
    const best = this.#best?.score;
    return (
      Number.isFinite(score) && (best === undefined || best === null || improves(score, best, this.#mode))
    );
  }
}
