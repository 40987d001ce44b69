// A text file that grows line by line, and that a crash leaves with whole lines or one torn at its end.
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ClassifierTrainingError } from "../core/index.ts";
import { writeFailed } from "../platform/index.ts";

/** Writes go one after another; what one of them could not finish is cut off again. */
export class AppendFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #length: number;

  private constructor(path: string, handle: FileHandle, length: number) {
    this.path = path;
    this.#handle = handle;
    this.#length = length;
  }

  /**
   * Opens `path` for appending behind its first `length` bytes; what follows them is cut off.
   * @param openFile how files are opened, so that tests can have operations fail
   * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
   */
  static async open(path: string, length: number, openFile: typeof open = open): Promise<AppendFile> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const handle = await openFile(path, "a");
      await handle.truncate(length);
      return new AppendFile(path, handle, length);
    } catch (error) {
      throw writeFailed(path, error);
    }
  }

  /**
   * Appends the whole text, or nothing of it.
   * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
   */
  async append(content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content);
    try {
      await this.#handle.appendFile(bytes);
      this.#length += bytes.length;
    } catch (error) {
      await this.#handle.truncate(this.#length).catch(() => undefined);
      throw writeFailed(this.path, error);
    }
  }

  /** Waits until everything appended is on the disk. */
  async sync(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (error) {
      throw writeFailed(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#handle.close();
  }
}

/**
 * The file's bytes; none where there is no file.
 * @throws ClassifierTrainingError kind "storage" `READ_FAILED`
 */
export async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return Buffer.alloc(0);
    throw new ClassifierTrainingError("storage", "READ_FAILED", `cannot be read (${code})`, {
      where: path,
      cause: error,
    });
  }
}

/** A line of such a file, and where it ends. */
export interface WholeLine {
  readonly line: string;
  /** Number of bytes up to and with its newline. */
  readonly end: number;
  readonly last: boolean;
}

/** The lines of `bytes` that end in a newline; what stands behind the last newline is torn and left out. */
export function* wholeLines(bytes: Buffer): Generator<WholeLine> {
  const size = bytes.lastIndexOf(10) + 1;
  for (let start = 0; start < size; ) {
    const end = bytes.indexOf(10, start) + 1;
    const line = bytes.toString("utf8", start, end - 1).replace(/\r$/, "");
    yield { line, end, last: end === size };
    start = end;
  }
}

/** A line in the middle of a log cannot be read: the file is not ours, or was changed. */
export function damagedLog(path: string, lineNumber: number): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "LOG_FILE", "is not a line that a logger has written", {
    where: `${path}:${lineNumber}`,
    hint: "move the file away or log into another folder",
  });
}

/** A logger was used outside of `start` and `finish`. */
export function notStarted(logger: string): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "LOGGER_NOT_STARTED", `${logger} is not started`);
}
