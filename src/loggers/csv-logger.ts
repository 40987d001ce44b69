// metrics.csv: one row per epoch, and one of the test.
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { parseOptions, readCsv, writeCsv } from "../core/index.ts";
import { writeDurably, writeFailed } from "../platform/index.ts";
import type { Logger, LogRow } from "../train/index.ts";

/** Where the table goes. */
export interface CSVLoggerOptions {
  /** Folder that receives `metrics.csv`. */
  readonly saveDir: string;
}

type Row = Readonly<Record<string, string>>;

/**
 * Columns `epoch` (from 0), `step` (optimizer steps done) and every logged value in the order of its first
 * appearance; a value that was not logged stays empty. The row of a test has `test/...` values alone and comes last. The file is whole at every moment.
 */
export class CSVLogger implements Logger {
  static readonly schema: z.ZodType = z.strictObject({ saveDir: z.string().min(1) });
  readonly name = "csv";
  readonly #path: string;
  #columns: string[] = ["epoch", "step"];
  #rows: Row[] = [];

  constructor({ saveDir, ...rest }: CSVLoggerOptions) {
    parseOptions("CSVLogger", CSVLogger.schema, { saveDir, ...rest });
    this.#path = join(saveDir, "metrics.csv");
  }

  async start({ afterStep }: { readonly afterStep: number }): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
    } catch (error) {
      throw writeFailed(this.#path, error);
    }
    if (afterStep === 0 || !existsSync(this.#path)) return;
    const [header = [], ...rows] = readCsv(await readFile(this.#path, "utf8"));
    this.#columns = header;
    this.#rows = rows
      .map((cells) => Object.fromEntries(cells.map((cell, i) => [header[i]!, cell])))
      .filter((row) => Number(row.step) <= afterStep && !isTest(row));
  }

  async log({ epoch, step, kind, metrics }: LogRow): Promise<void> {
    if (kind === "step") return;
    const values = Object.entries({ epoch, step, ...metrics });
    for (const [name] of values) if (!this.#columns.includes(name)) this.#columns.push(name);
    // A run that resumes between the row of an epoch and its end writes that row again.
    this.#rows = this.#rows.filter((row) => row.epoch !== String(epoch) || isTest(row) !== (kind === "test"));
    this.#rows.push(Object.fromEntries(values.map(([name, value]) => [name, String(value)])));
    const lines = [this.#columns, ...this.#rows.map((row) => this.#columns.map((name) => row[name] ?? ""))];
    await writeDurably(this.#path, [new TextEncoder().encode(writeCsv(lines))]);
  }

  async finish(): Promise<void> {}
}

function isTest(row: Row): boolean {
  return Object.entries(row).some(([name, value]) => name.startsWith("test/") && value !== "");
}
