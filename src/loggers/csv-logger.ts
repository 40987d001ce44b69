// metrics.csv: one row per epoch.
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type Logger, type LogRow, writeDurably, writeFailed } from "../train/index.ts";

export interface CSVLoggerOptions {
  /** Folder that receives `metrics.csv`. */
  readonly saveDir: string;
}

type Row = Readonly<Record<string, string>>;

/**
 * Columns `epoch` (from 0), `step` (optimizer steps done) and every logged value in the order of its first
 * appearance; a value that an epoch did not log stays empty. The file is whole at every moment.
 */
export class CSVLogger implements Logger {
  static readonly schema: z.ZodType = z.strictObject({ saveDir: z.string().min(1) });
  readonly name = "csv";
  readonly #path: string;
  #columns: string[] = ["epoch", "step"];
  #rows: Row[] = [];

  constructor({ saveDir }: CSVLoggerOptions) {
    this.#path = join(saveDir, "metrics.csv");
  }

  async start({ afterStep }: { readonly afterStep: number }): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
    } catch (error) {
      throw writeFailed(this.#path, error);
    }
    if (afterStep === 0 || !existsSync(this.#path)) return;
    const [header = "", ...lines] = (await readFile(this.#path, "utf8")).trimEnd().split("\n");
    this.#columns = parseLine(header);
    this.#rows = lines
      .map((line) => Object.fromEntries(parseLine(line).map((cell, i) => [this.#columns[i]!, cell])))
      .filter(({ step }) => Number(step) <= afterStep);
  }

  async log({ epoch, step, kind, metrics }: LogRow): Promise<void> {
    if (kind !== "epoch") return;
    const values = Object.entries({ epoch, step, ...metrics });
    for (const [name] of values) if (!this.#columns.includes(name)) this.#columns.push(name);
    this.#rows.push(Object.fromEntries(values.map(([name, value]) => [name, String(value)])));
    const lines = [this.#columns, ...this.#rows.map((row) => this.#columns.map((name) => row[name] ?? ""))];
    const text = `${lines.map((cells) => cells.map(quote).join(",")).join("\n")}\n`;
    await writeDurably(this.#path, [new TextEncoder().encode(text)]);
  }

  async finish(): Promise<void> {}
}

/** A cell after RFC 4180: quoted where it holds a comma, a quote or a line break. */
function quote(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function parseLine(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}
