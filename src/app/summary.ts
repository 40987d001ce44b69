// summary.json: how a run ended, in numbers.
import type { FitResult, Metrics } from "../train/index.ts";

export interface RunSummary {
  /** `completed`, `stopped` (by a callback, see `reason`), `interrupted` or `failed`. */
  readonly status: FitResult["status"];
  readonly reason?: string | undefined;
  /** Epochs and optimizer steps done, earlier parts of a resumed run included. */
  readonly epochs: number;
  readonly steps: number;
  /** Epoch (from 0) whose weights are exported, with its monitored value. */
  readonly best?: { readonly epoch: number; readonly score: number | null } | undefined;
  /** Metrics by name: the last value of each, and `test/...` of the best weights. */
  readonly metrics: Metrics;
  /** Training throughput, validation left out. */
  readonly images_per_second: number;
  /** Share of the training time spent waiting for data, 0 to 1. */
  readonly data_wait: number;
  readonly wall_seconds: number;
  readonly runtime: string;
  readonly precision: string;
  readonly threads: number;
  readonly seed: number;
  readonly model: string;
  readonly classes: readonly string[];
  /** Pictures that could not be read, with the reason. */
  readonly bad_pictures: readonly { readonly name: string; readonly problem: string }[];
  /** Where the exported model lies, relative to the run's folder. */
  readonly export?: string | undefined;
}

/** JSON without the numbers it cannot hold: those that are not finite become null. */
export function writeSummary(summary: RunSummary): string {
  return `${JSON.stringify(summary, (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? null : value), 2)}\n`;
}
