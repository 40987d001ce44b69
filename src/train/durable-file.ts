// Files that are whole or absent: written to a temporary name, synced, renamed, directory synced.
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ClassifierTrainingError } from "../core/index.ts";

/** The file operations used, so that tests can have any of them fail. */
export interface FileOperations {
  open(path: string, flags: string): Promise<Pick<FileHandle, "write" | "sync" | "close">>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export const FILE_OPERATIONS: FileOperations = {
  open: (path, flags) => open(path, flags),
  rename,
  remove: (path) => rm(path, { force: true }),
};

export interface DurableWriteOptions {
  /** Keep the file that is replaced under this path. */
  readonly previous?: string;
  readonly operations?: FileOperations;
}

/**
 * Replaces `path` by `chunks`: at every moment, crashes included, the old or the new content is there
 * (with `previous`, under one of the two names).
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`; nothing half-written is left.
 */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array>,
  { previous, operations = FILE_OPERATIONS }: DurableWriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeSynced(temporary, chunks, operations);
    if (previous !== undefined) await renameIfThere(path, previous, operations);
    await operations.rename(temporary, path);
    await syncDirectory(dirname(path), operations);
  } catch (error) {
    await operations.remove(temporary).catch(() => undefined);
    throw writeFailed(path, error);
  }
}

async function writeSynced(
  path: string,
  chunks: Iterable<Uint8Array>,
  operations: FileOperations,
): Promise<void> {
  const file = await operations.open(path, "w");
  try {
    for (const chunk of chunks) {
      for (let offset = 0; offset < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, offset, Math.min(chunk.length - offset, 1 << 24));
        offset += bytesWritten;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function renameIfThere(from: string, to: string, operations: FileOperations): Promise<void> {
  try {
    await operations.rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Makes the rename itself durable; Windows cannot sync directories and does not need it. */
async function syncDirectory(path: string, operations: FileOperations): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await operations.open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some space on this disk",
  EDQUOT: "your disk quota is used up; free some space",
  EROFS: "the file system is read-only; write to another place with hydra.run.dir=...",
  EACCES: "you may not write there; choose another place with hydra.run.dir=...",
  EPERM: "you may not write there; choose another place with hydra.run.dir=...",
  ENOTDIR: "a part of this path is a file; choose another place with hydra.run.dir=...",
  ENOENT: "the folder is not there any more",
};

/** A failed file operation as an error of kind "storage" with what to do about it. */
export function writeFailed(path: string, cause: unknown): ClassifierTrainingError {
  if (cause instanceof ClassifierTrainingError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new ClassifierTrainingError("storage", "WRITE_FAILED", `cannot be written (${code || message})`, {
    where: path,
    hint: HINTS[code],
    cause,
  });
}
