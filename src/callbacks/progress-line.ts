// The progress of a fit on a terminal (one line that changes) or in a log (one line per interval).

import * as z from "zod";
import { headlineMetrics, parseOptions } from "../core/index.ts";
import { type TextOutput, warningOutput } from "../platform/index.ts";
import { Callback, type EventOf, type FitContext } from "../train/index.ts";
import { EpochPace } from "./epoch-pace.ts";

/** Where the lines go: standard error of the process, or a test's own. */
export type LineOutput = TextOutput;

/** Where the line goes, and how often there is one in a log. */
export interface ProgressLineOptions {
  /** Default: standard error. */
  readonly output?: LineOutput;
  /** Seconds between two lines where the output is no terminal; default 10. */
  readonly interval?: number;
  /** Milliseconds; default `performance.now`. */
  readonly clock?: () => number;
}

const TERMINAL_INTERVAL = 0.1;

/** Epoch, step, images/s, loss, learning rate and the time left; then one line of results per epoch. */
export class ProgressLine extends Callback {
  static readonly schema: z.ZodType = z.strictObject({ interval: z.number().positive().default(10) });
  override readonly stateKey = "ProgressLine";
  override readonly mainProcessOnly = true;
  readonly #output: LineOutput;
  readonly #interval: number;
  readonly #clock: () => number;
  #pace: EpochPace = new EpochPace(0);
  #lastPrint = 0;

  constructor({
    output = warningOutput(),
    interval = 10,
    clock = () => performance.now(),
    ...rest
  }: ProgressLineOptions = {}) {
    super();
    parseOptions("ProgressLine", ProgressLine.schema, { interval, ...rest });
    this.#output = output;
    this.#interval = output.isTTY === true ? TERMINAL_INTERVAL : interval;
    this.#clock = clock;
  }

  override onTrainEpochStart(): void {
    this.#lastPrint = this.#clock();
    this.#pace = new EpochPace(this.#lastPrint);
  }

  override onTrainBatchEnd(event: EventOf<"trainBatchEnd">, context: FitContext): void {
    const now = this.#clock();
    const pace = this.#pace;
    pace.add(event, now);
    if (now - this.#lastPrint < this.#interval * 1000) return;
    this.#lastPrint = now;
    const { trainBatchCount, options } = context;
    const left = (options.maxEpochs - event.epoch) * trainBatchCount - (event.batchIndex + 1);
    const seconds = pace.secondsFor(left);
    const eta = seconds === undefined ? [] : [`ETA ${formatDuration(seconds)}`];
    this.#print(
      [
        epochOf(event, options),
        `step ${event.batchIndex + 1}/${trainBatchCount}`,
        `${pace.imagesPerSecond().toFixed(1)} images/s`,
        `loss ${pace.loss.toFixed(4)}`,
        `lr ${event.learningRate.toExponential(2)}`,
        ...eta,
      ].join("  "),
      true,
    );
  }

  override onTrainEpochEnd(event: EventOf<"trainEpochEnd">, { options, model }: FitContext): void {
    const { metrics } = event;
    const { train, evaluation } = headlineMetrics(model.labels?.task);
    const rate = this.#pace.imagesPerSecond(this.#clock()).toFixed(1);
    const shown = ["train/loss", `train/${train}`, "val/loss", `val/${evaluation}`]
      .filter((name) => metrics[name] !== undefined)
      .map((name) => `${name} ${metrics[name]!.toFixed(4)}`);
    this.#print([epochOf(event, options), ...shown, `${rate} images/s`].join("  "), false);
  }

  override onFitEnd({ status }: EventOf<"fitEnd">): void {
    if (status !== "completed" && this.#output.isTTY === true) this.#output.write("\n");
  }

  #print(line: string, replaceable: boolean): void {
    if (this.#output.isTTY !== true) {
      this.#output.write(`${line}\n`);
      return;
    }
    const shown = line.slice(0, (this.#output.columns ?? 80) - 1);
    this.#output.write(`\r\u001b[2K${shown}${replaceable ? "" : "\n"}`);
  }
}

/** `epoch 3/20`; where there is no limit `epoch 3`. */
function epochOf({ epoch }: { readonly epoch: number }, { maxEpochs }: FitContext["options"]): string {
  return `epoch ${epoch + 1}${Number.isFinite(maxEpochs) ? `/${maxEpochs}` : ""}`;
}

/** `45s`, `3m 20s`, `2h 05m`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m ${String(whole % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}
