// Files as bytes: whole, a range of them, or open for random access.
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { mkdir, open, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { writeFailed } from "./durable-file.ts";

/** One read call may not ask the operating system for more than 2 GiB. */
const LARGEST_READ = 2 ** 30;

/** A file that is open for reading. */
export interface OpenFile {
  /** Number of bytes. */
  readonly size: number;
  /** A fresh copy of `length` bytes at `offset`, which must lie inside. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** The bytes of a file. @throws an error with the operating system's `code`, such as ENOENT */
export async function readBytes(path: string | URL): Promise<Uint8Array> {
  // A worker thread has nothing else to do meanwhile, and the synchronous call costs a tenth.
  return isMainThread ? readFile(path) : readFileSync(path);
}

/** The text of a file in UTF-8. @throws as `readBytes` */
export async function readText(path: string | URL): Promise<string> {
  return readFile(path, "utf8");
}

/** The bytes of a file from `offset` on: `length` of them, or as many as there are. @throws as `readBytes` */
export async function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Opens a file for random access. @throws as `readBytes`, or where it is not a regular file */
export async function openFile(path: string): Promise<OpenFile> {
  return openFileSync(path);
}

/** `openFile` at once, which a page cannot. */
export function openFileSync(path: string): OpenFile {
  let descriptor: number | undefined = openSync(path, "r");
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    close();
    throw new Error("it is not a regular file");
  }
  return {
    size: stat.size,
    read(offset, length) {
      if (descriptor === undefined) throw new Error("it has been closed");
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      for (let done = 0; done < length; ) {
        const count = readSync(descriptor, bytes, done, Math.min(length - done, LARGEST_READ), offset + done);
        if (count === 0) throw new Error("it became shorter while it was being read");
        done += count;
      }
      return bytes;
    },
    close,
  };
}

/** The text of a file in UTF-8, at once. @throws as `readBytes` */
export function readTextSync(path: string): string {
  return readFileSync(path, "utf8");
}

/** Adds text to the end of a file, which is made where it is not there. @throws as `readBytes` */
export function appendTextSync(path: string, text: string): void {
  appendFileSync(path, text);
}

/** What tells that a file has not changed. */
export interface FileStamp {
  readonly size: bigint;
  /** Nanoseconds. */
  readonly modified: bigint;
}

/** The stamp of a file; undefined where there is none. @throws as `readBytes` for other reasons */
export function fileStamp(path: string): FileStamp | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && { size: found.size, modified: found.mtimeNs };
}

/** A file in a folder. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** The files that lie in a folder, by name; none where there is no such folder. */
export async function listFiles(folder: string): Promise<ListedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, bytes: size, modified: mtimeMs };
    }),
  );
}

/** A path from its parts, as this system writes it. */
export function joinPath(...parts: readonly string[]): string {
  return join(...parts);
}

/** Whether there is a file or folder of that name. */
export async function pathExists(path: string): Promise<boolean> {
  return existsSync(path);
}

/**
 * Makes the folder that a file is to lie in, and those above it.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`, naming the folder
 */
export async function makeFolderOf(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailed(folder, error);
  }
}
