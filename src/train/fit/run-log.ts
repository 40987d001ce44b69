// The numbers of a fit: the latest of each name, the row of the epoch in progress, and the loggers they go to.
import type { FitStatus, Logger, LogRow } from "../contracts.ts";
import type { Metrics } from "../events.ts";
import type { Profiler } from "../profiler.ts";
import type { Progress } from "./progress.ts";

/** Loggers are started, given rows and finished through it, one after another. */
export class RunLog {
  /** Latest value of everything logged, by full name. */
  readonly metrics: Record<string, number> = {};
  /** What has been logged for the row of the epoch in progress. */
  readonly row: Record<string, number> = {};
  readonly #loggers: readonly Logger[];
  readonly #progress: Readonly<Progress>;
  readonly #profiler: Profiler;
  /** Those that were started and not finished. */
  readonly #open: Logger[] = [];
  #status: FitStatus = "failed";

  constructor(loggers: readonly Logger[], progress: Readonly<Progress>, profiler: Profiler) {
    this.#loggers = loggers;
    this.#progress = progress;
    this.#profiler = profiler;
  }

  /** Readies the loggers to go on behind the step that is reached. */
  async start(): Promise<void> {
    await this.#each(this.#loggers, (logger) => {
      this.#open.push(logger);
      return logger.start({ afterStep: this.#progress.step });
    });
  }

  /** To be called when the fit has ended. One that came to its end leaves the loggers open, for the test that may follow. */
  async fitEnded(status: FitStatus): Promise<void> {
    this.#status = status;
    if (status === "failed" || status === "interrupted") await this.finish();
  }

  /** Finishes the loggers that are still open, with the status of the fit. */
  async finish(): Promise<void> {
    await this.#each(this.#open.splice(0), (logger) => logger.finish(this.#status));
  }

  startRow(): void {
    for (const name of Object.keys(this.row)) delete this.row[name];
  }

  add(metrics: Metrics): void {
    Object.assign(this.metrics, metrics);
    Object.assign(this.row, metrics);
  }

  async write(kind: LogRow["kind"], epoch: number, metrics: Metrics): Promise<void> {
    const { step } = this.#progress;
    await this.#each(this.#open, (logger) => logger.log({ epoch, step, kind, metrics: { ...metrics } }));
  }

  /** Writes values of the step that is reached as a row of their own. */
  async writeStep(epoch: number, metrics: Metrics): Promise<void> {
    Object.assign(this.metrics, metrics);
    await this.write("step", epoch, metrics);
  }

  /** Writes the row of a test, under the last epoch; without open loggers nothing happens. */
  async writeTest(metrics: Metrics): Promise<void> {
    await this.write("test", Math.max(0, this.#progress.epoch - 1), metrics);
  }

  async writeImage(name: string, png: Uint8Array): Promise<void> {
    await this.#each(this.#open, (logger) => logger.logImage?.(name, png, this.#progress.step));
  }

  async #each(loggers: readonly Logger[], run: (logger: Logger) => void | Promise<void>): Promise<void> {
    for (const logger of loggers) {
      await this.#profiler.measure(`logger ${logger.name}`, () => run(logger));
    }
  }
}
