// The numbers of a fit: the latest of each name, the row of the epoch in progress, and the loggers they go to.
import type { Logger } from "./contracts.ts";
import type { Metrics } from "./events.ts";
import type { Progress } from "./progress.ts";

export class RunLog {
  /** Latest value of everything logged, by full name. */
  readonly metrics: Record<string, number> = {};
  /** What has been logged for the row of the epoch in progress. */
  readonly row: Record<string, number> = {};
  readonly #loggers: readonly Logger[];
  readonly #progress: Readonly<Progress>;

  constructor(loggers: readonly Logger[], progress: Readonly<Progress>) {
    this.#loggers = loggers;
    this.#progress = progress;
  }

  startRow(): void {
    for (const name of Object.keys(this.row)) delete this.row[name];
  }

  add(metrics: Metrics): void {
    Object.assign(this.metrics, metrics);
    Object.assign(this.row, metrics);
  }

  async write(kind: "step" | "epoch", epoch: number, metrics: Metrics): Promise<void> {
    for (const logger of this.#loggers) {
      await logger.log({ epoch, step: this.#progress.step, kind, metrics: { ...metrics } });
    }
  }

  async writeImage(name: string, png: Uint8Array): Promise<void> {
    for (const logger of this.#loggers) await logger.logImage?.(name, png, this.#progress.step);
  }
}
