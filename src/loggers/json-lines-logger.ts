// Logs a run as JSON, one object per line.

import { join } from "node:path";
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import type { FitStatus, Logger, LogRow } from "../train/index.ts";
import { AppendFile, damagedLog, notStarted, readIfThere, wholeLines } from "./append-file.ts";

/** Where the file goes and what it is called. */
export interface JSONLinesLoggerOptions {
  /** Folder of the file. */
  readonly saveDir: string;
  /** Default `metrics.jsonl`. */
  readonly fileName?: string | undefined;
}

/** A number as JSON can hold it. */
const numberSchema = z.union([z.number(), z.enum(["nan", "inf", "-inf"])]);

/** One line of the file. */
const lineSchema = z.object({
  /** When it was written, ISO 8601 in UTC. */
  time: z.string(),
  /** `step` rows come every few optimizer steps, `epoch` rows once an epoch, `test` rows after a test. */
  kind: z.enum(["step", "epoch", "test"]),
  /** From 0. */
  epoch: z.number(),
  /** Optimizer steps done. */
  step: z.number(),
  /** Values by name; not finite ones are `"nan"`, `"inf"` and `"-inf"`. */
  metrics: z.record(z.string(), numberSchema),
});

/**
 * `metrics.jsonl`: lines like `{"time":"2026-11-23T10:00:00.000Z","kind":"epoch","epoch":0,"step":12,"metrics":
 * {"val/loss":0.5}}`. Lines are only ever appended; a resumed run first cuts off those behind its checkpoint.
 */
export class JSONLinesLogger implements Logger {
  static readonly schema: z.ZodType = z.strictObject({
    saveDir: z.string().min(1),
    fileName: z.string().min(1).default("metrics.jsonl"),
  });
  readonly name = "jsonl";
  readonly #path: string;
  #file: AppendFile | undefined;
  /** Rows of the step that a resumed run continues from: it may log them again. */
  #atStart = new Set<string>();

  constructor({ saveDir, fileName = "metrics.jsonl", ...rest }: JSONLinesLoggerOptions) {
    parseOptions("JSONLinesLogger", JSONLinesLogger.schema, { saveDir, fileName, ...rest });
    this.#path = join(saveDir, fileName);
  }

  async start({ afterStep }: { readonly afterStep: number }): Promise<void> {
    this.#atStart.clear();
    let length = 0;
    for await (const { row, end } of parseLines(this.#path)) {
      // A test stands at the end, and a resumed run ends with one of its own.
      if (afterStep === 0 || row.step > afterStep || row.kind === "test") break;
      if (row.step === afterStep) this.#atStart.add(identity(row));
      length = end;
    }
    this.#file = await AppendFile.open(this.#path, length);
  }

  /** Appends the row; rows of epochs and tests are on the disk when this returns. */
  async log(row: LogRow): Promise<void> {
    if (this.#file === undefined) throw notStarted(this.name);
    if (this.#atStart.has(identity(row))) return;
    await this.#file.append(formatLine(row));
    if (row.kind !== "step") await this.#file.sync();
  }

  async finish(_status: FitStatus): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

function identity({ kind, epoch, step }: LogRow): string {
  return `${kind} ${epoch} ${step}`;
}

function formatLine({ kind, epoch, step, metrics }: LogRow): string {
  const encoded = Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, encodeNumber(value)]),
  );
  return `${JSON.stringify({ time: new Date().toISOString(), kind, epoch, step, metrics: encoded })}\n`;
}

/**
 * The rows of a file that `JSONLinesLogger` wrote or is writing; a torn last line is left out. A missing file has none.
 * @throws ClassifierTrainingError `LOG_FILE` when another line cannot be read
 */
export async function readJSONLines(path: string): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for await (const { row } of parseLines(path)) rows.push(row);
  return rows;
}

async function* parseLines(path: string): AsyncGenerator<{ readonly row: LogRow; readonly end: number }> {
  let lineNumber = 0;
  for (const { line, end, last } of wholeLines(await readIfThere(path))) {
    lineNumber++;
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      if (last) return;
      throw damagedLog(path, lineNumber);
    }
    const { kind, epoch, step, metrics } = parsed.data;
    const decoded = Object.entries(metrics).map(([name, value]) => [name, decodeNumber(value)] as const);
    yield { row: { kind, epoch, step, metrics: Object.fromEntries(decoded) }, end };
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function encodeNumber(value: number): z.infer<typeof numberSchema> {
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf";
}

function decodeNumber(value: z.infer<typeof numberSchema>): number {
  if (typeof value === "number") return value;
  return value === "nan" ? Number.NaN : value === "inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
