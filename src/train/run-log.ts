// The numbers of a fit: the latest of each name, the row of the epoch in progress, and the loggers they go to.
import type { FitStatus, Logger } from "./contracts.ts";
import type { Metrics } from "./events.ts";
import type { Profiler } from "./profiler.ts";
import type { Progress } from "./progress.ts";

export class RunLog {
  /** Latest value of everything logged, by full name. */
  readonly metrics: Record<string, number> = {};
  /** What has been logged for the row of the epoch in progress. */
  readonly row: Record<string, number> = {};
  readonly #loggers: readonly Logger[];
  readonly #progress: Readonly<Progress>;
  readonly #profiler: Profiler;

  constructor(loggers: readonly Logger[], progress: Readonly<Progress>, profiler: Profiler) {
    this.#loggers = loggers;
    this.#progress = progress;
    this.#profiler = profiler;
  }

  /** Readies the loggers to go on behind the step that is reached. */
  async start(): Promise<void> {
    await this.#each((logger) => logger.start({ afterStep: this.#progress.step }));
  }

  async finish(status: FitStatus): Promise<void> {
    await this.#each((logger) => logger.finish(status));
  }

  startRow(): void {
    for (const name of Object.keys(this.row)) delete this.row[name];
  }

  add(metrics: Metrics): void {
    Object.assign(this.metrics, metrics);
    Object.assign(this.row, metrics);
  }

  async write(kind: "step" | "epoch", epoch: number, metrics: Metrics): Promise<void> {
    const { step } = this.#progress;
    await this.#each((logger) => logger.log({ epoch, step, kind, metrics: { ...metrics } }));
  }

  /** Writes values of the step that is reached as a row of their own. */
  async writeStep(epoch: number, metrics: Metrics): Promise<void> {
    Object.assign(this.metrics, metrics);
    await this.write("step", epoch, metrics);
  }

  async writeImage(name: string, png: Uint8Array): Promise<void> {
    await this.#each((logger) => logger.logImage?.(name, png, this.#progress.step));
  }

  async #each(run: (logger: Logger) => void | Promise<void>): Promise<void> {
    for (const logger of this.#loggers) {
      await this.#profiler.measure(`logger ${logger.name}`, () => run(logger));
    }
  }
}
