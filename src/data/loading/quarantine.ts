// The list of pictures that could not be read: they are left out of later epochs and runs until their files change.
import * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { appendTextSync, type FileStamp, readTextSync } from "../../platform/index.ts";
import { sameStamp, stampOf } from "../caching/image-cache.ts";
import type { BadPicture } from "./pipeline.ts";

const rowSchema = z.object({
  name: z.string(),
  size: z.coerce.bigint(),
  modified: z.coerce.bigint(),
  code: z.string(),
  message: z.string(),
});

type Row = z.infer<typeof rowSchema>;

/** The stamp of a file that is not there, such as the target of a dangling link. No file has it. */
const NO_FILE: FileStamp = { size: -1n, modified: 0n };

/** Bad pictures by name, kept in a JSONL file if there is one. No picture is moved or changed. */
export class Quarantine {
  readonly #file: string | null;
  readonly #rows = new Map<string, Row>();

  /** @throws ClassifierTrainingError kind "data", `QUARANTINE_FILE`, where the file is there but cannot be read */
  constructor(file: string | null) {
    this.#file = file;
    if (file === null) return;
    for (const line of readLines(file)) {
      const row = parseRow(line, file);
      this.#rows.set(row.name, row);
    }
  }

  /** What is known of a picture whose file is as it was when it could not be read. */
  find(source: ImageSource, name: string): BadPicture | undefined {
    const row = this.#rows.get(name);
    const stamp = row && stampNow(source);
    if (row === undefined || stamp === undefined || !sameStamp(stamp, row)) return undefined;
    return { slot: 0, name, kind: "data", code: row.code, message: row.message, hint: undefined };
  }

  /**
   * Puts a picture on the list.
   * @throws ClassifierTrainingError kind "storage", `QUARANTINE_FILE`
   */
  add({ name, code, message }: BadPicture, source: ImageSource): void {
    const stamp = stampNow(source);
    const known = this.#rows.get(name);
    if (stamp === undefined || (known !== undefined && sameStamp(known, stamp))) return;
    const row = { name, ...stamp, code, message };
    this.#rows.set(name, row);
    if (this.#file === null) return;
    const line = JSON.stringify(row, (_, value) => (typeof value === "bigint" ? String(value) : value));
    try {
      appendTextSync(this.#file, `${line}\n`);
    } catch (error) {
      throw new ClassifierTrainingError("storage", "QUARANTINE_FILE", "cannot be written", {
        where: this.#file,
        cause: error,
      });
    }
  }
}

/** The stamp of a source's file, or that of none; undefined where the source has no file. */
function stampNow(source: ImageSource): FileStamp | undefined {
  if (!("path" in source)) return undefined;
  try {
    return stampOf(source) ?? NO_FILE;
  } catch {
    // A link that leads to itself, or a folder that may not be entered.
    return NO_FILE;
  }
}

function readLines(file: string): string[] {
  try {
    return readTextSync(file)
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw new ClassifierTrainingError("data", "QUARANTINE_FILE", "cannot be read", {
      where: file,
      cause: error,
    });
  }
}

function parseRow(line: string, where: string): Row {
  try {
    return rowSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new ClassifierTrainingError("data", "QUARANTINE_FILE", "not a list of quarantined pictures", {
      where,
      hint: "remove the file to begin a new one",
      cause: error,
    });
  }
}
