// The rows of a run's metrics.csv, read again only as far as they are new.
import { type FileHandle, open } from "node:fs/promises";
import { readCsv } from "../../core/index.ts";
import type { HistoryRow, Value } from "./api.ts";
import { type Found, statsOf, versionOf } from "./run-files.ts";

/** Bytes before the end of what is known that must be the same for the rest to have been appended. */
const MARK = 256;

/** A table that grows, and that a run which resumes may cut. */
export class MetricsTable {
  readonly #path: string;
  readonly #rows: HistoryRow[] = [];
  #latest: Record<string, Value> = {};
  #columns: readonly string[] = [];
  /** Of the file as it was read last. */
  #version = "";
  /** Bytes that are read, and the last of them. */
  #length = 0;
  #mark: Buffer = Buffer.alloc(0);
  #head: Buffer = Buffer.alloc(0);
  #generation = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  get rows(): readonly HistoryRow[] {
    return this.#rows;
  }

  /** Another one where rows that were there may have changed. */
  get generation(): number {
    return this.#generation;
  }

  /** The last value of each metric. */
  get latest(): Readonly<Record<string, Value>> {
    return this.#latest;
  }

  /** Reads what is new; a file that is as it was is not opened. @param found of its file, where that is known */
  refresh(found?: Found): Promise<void> {
    const done = this.#turn.then(() => this.#refresh(found));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #refresh(found: Found | undefined): Promise<void> {
    const [now] = found === undefined ? await statsOf(this.#path) : [found];
    if (versionOf(now) === this.#version) return;
    const file = now === null ? undefined : await open(this.#path).catch(() => undefined);
    if (file === undefined) return this.#forget("");
    try {
      const opened = await file.stat();
      this.#version = versionOf(opened);
      if (!(await this.#isAppended(file, opened.size))) this.#forget(this.#version);
      await this.#read(file, opened.size);
    } finally {
      await file.close();
    }
  }

  #forget(version: string): void {
    this.#version = version;
    this.#rows.length = 0;
    this.#latest = {};
    this.#columns = [];
    this.#length = 0;
    this.#mark = Buffer.alloc(0);
    this.#generation++;
  }

  /** The logger writes the file anew for each row: what counts is whether it begins and goes on as before. */
  async #isAppended(file: FileHandle, size: number): Promise<boolean> {
    if (this.#length === 0 || size < this.#length) return false;
    const head = await bytes(file, 0, this.#head.length);
    if (!head.equals(this.#head)) return false;
    return (await bytes(file, this.#length - this.#mark.length, this.#mark.length)).equals(this.#mark);
  }

  async #read(file: FileHandle, size: number): Promise<void> {
    const added = await bytes(file, this.#length, size - this.#length);
    const whole = added.subarray(0, added.lastIndexOf(10) + 1);
    if (whole.length === 0) return;
    const [first = [], ...rest] = readCsv(whole.toString("utf8"));
    if (this.#length === 0) {
      this.#columns = first;
      this.#head = Buffer.from(whole.subarray(0, whole.indexOf(10) + 1));
    }
    for (const cells of this.#length === 0 ? rest : [first, ...rest]) {
      const row = this.#rowOf(cells);
      this.#rows.push(row);
      Object.assign(this.#latest, row.metrics);
    }
    this.#length += whole.length;
    this.#mark = Buffer.from(whole.subarray(Math.max(0, whole.length - MARK)));
  }

  #rowOf(cells: readonly string[]): HistoryRow {
    const metrics: Record<string, Value> = {};
    let epoch = 0;
    for (const [i, name] of this.#columns.entries()) {
      const text = cells[i] ?? "";
      if (name === "epoch") epoch = Number(text) + 1;
      else if (name !== "step" && text !== "")
        metrics[name] = Number.isFinite(Number(text)) ? Number(text) : null;
    }
    return { epoch, metrics };
  }
}

async function bytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
