// Logs a run for TensorBoard, as event files.

import { hostname } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import type { FitStatus, Logger, LogRow } from "../train/index.ts";
import { AppendFile, notStarted } from "./append-file.ts";
import { histogramOf } from "./histogram.ts";
import {
  eventRecord,
  fileVersion,
  type HyperParameter,
  histogramValue,
  hparamsEndValue,
  hparamsStartValue,
  imageValue,
  type SummaryValue,
  scalarValue,
  sessionStart,
  summary,
  textValue,
} from "./tensorboard-events.ts";

/** Where the event files go, and what is said of the run beside its values. */
export interface TensorBoardLoggerOptions {
  /** Folder of the event files; `tensorboard --logdir` takes it or a folder above it. */
  readonly saveDir: string;
  /** Shown in the HParams dashboard; none by default. */
  readonly hparams?: Readonly<Record<string, HyperParameter>> | undefined;
}

/**
 * Scalars from every row; pictures, histograms and texts when told. Each start writes a file of its own; one that
 * resumes a run tells TensorBoard to forget the steps behind the checkpoint. `epoch` is logged beside the metrics of
 * `epoch` rows, as the x axis of TensorBoard is the step.
 */
export class TensorBoardLogger implements Logger {
  static readonly schema: z.ZodType = z.strictObject({
    saveDir: z.string().min(1),
    hparams: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  });
  readonly name = "tensorboard";
  readonly #saveDir: string;
  readonly #hparams: Readonly<Record<string, HyperParameter>> | undefined;
  #file: AppendFile | undefined;

  constructor({ saveDir, hparams, ...rest }: TensorBoardLoggerOptions) {
    parseOptions("TensorBoardLogger", TensorBoardLogger.schema, { saveDir, hparams, ...rest });
    this.#saveDir = saveDir;
    this.#hparams = hparams;
  }

  async start({ afterStep }: { readonly afterStep: number }): Promise<void> {
    const now = seconds();
    // TensorBoard reads the files of a folder in the order of their names.
    const stamp = `${Math.floor(now)}.${`${Math.round((now % 1) * 1e6)}`.padStart(6, "0")}`;
    const path = join(this.#saveDir, `events.out.tfevents.${stamp}.${hostname()}.${process.pid}`);
    this.#file = await AppendFile.open(path, 0);
    await this.#append(0, fileVersion());
    await this.#append(afterStep + 1, sessionStart());
    if (this.#hparams !== undefined) await this.#write(0, [hparamsStartValue(this.#hparams, now)]);
  }

  async log({ kind, epoch, step, metrics }: LogRow): Promise<void> {
    const values = kind === "epoch" ? { epoch, ...metrics } : metrics;
    await this.#write(
      step,
      Object.entries(values).map(([name, value]) => scalarValue(name, value)),
    );
    if (kind !== "step") await this.#file?.sync();
  }

  /** @param png a PNG file, for instance of `renderPng` */
  async logImage(name: string, png: Uint8Array, step: number): Promise<void> {
    await this.#write(step, [imageValue(name, png)]);
  }

  /** The distribution of the finite values; none are no histogram. */
  async logHistogram(name: string, values: ArrayLike<number>, step: number): Promise<void> {
    const histogram = histogramOf(values);
    if (histogram !== undefined) await this.#write(step, [histogramValue(name, histogram)]);
  }

  /** @param markdown shown as Markdown */
  async logText(name: string, markdown: string, step: number): Promise<void> {
    await this.#write(step, [textValue(name, markdown)]);
  }

  async finish(status: FitStatus): Promise<void> {
    if (this.#hparams !== undefined) await this.#write(0, [hparamsEndValue(status !== "failed", seconds())]);
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(step: number, values: readonly SummaryValue[]): Promise<void> {
    if (values.length > 0) await this.#append(step, summary(values));
  }

  async #append(step: number, write: Parameters<typeof eventRecord>[2]): Promise<void> {
    if (this.#file === undefined) throw notStarted(this.name);
    await this.#file.append(eventRecord(seconds(), step, write));
  }
}

/** Seconds since 1970. */
function seconds(): number {
  return Date.now() / 1000;
}
