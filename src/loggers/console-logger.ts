// Logs a run as lines of text.

import * as z from "zod";
import { isOfOneClass, parseOptions } from "../core/index.ts";
import type { Logger, LogRow } from "../train/index.ts";

/** Which rows are printed, and where. */
export interface ConsoleLoggerOptions {
  /** Print the rows of steps too, not those of epochs and tests alone (default false). */
  readonly steps?: boolean | undefined;
  /** Default: standard output. */
  readonly output?: { write(text: string): unknown } | undefined;
}

/** One line per row: `epoch 3  step 120  train/loss 0.5123  val/acc_top1 0.8125`; those of single classes and labels are left out. */
export class ConsoleLogger implements Logger {
  static readonly schema: z.ZodType = z.strictObject({ steps: z.boolean().default(false) });
  readonly name = "console";
  readonly #steps: boolean;
  readonly #output: { write(text: string): unknown };

  constructor({ steps = false, output = process.stdout, ...rest }: ConsoleLoggerOptions = {}) {
    parseOptions("ConsoleLogger", ConsoleLogger.schema, { steps, ...rest });
    this.#steps = steps;
    this.#output = output;
  }

  start(): void {}

  log({ kind, epoch, step, metrics }: LogRow): void {
    if (kind === "step" && !this.#steps) return;
    const values = Object.entries(metrics)
      .filter(([name]) => !isOfOneClass(name))
      .map(([name, value]) => `${name} ${formatValue(value)}`);
    this.#output.write(
      `${[`${kind === "test" ? "test " : ""}epoch ${epoch}`, `step ${step}`, ...values].join("  ")}\n`,
    );
  }

  finish(): void {}
}

/** Four significant digits: `0.8125`, `1.2e-5`, `123.4`. */
function formatValue(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : `${rounded}`;
}
