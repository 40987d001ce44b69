// Files that are whole or absent: written to a temporary name, synced, renamed, directory synced.
import { type FileHandle, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ClassifierTrainingError } from "../core/index.ts";

/** The file operations used, so that tests can have any of them fail. */
export interface FileOperations {
  open(path: string, flags: string): Promise<Pick<FileHandle, "write" | "sync" | "close">>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Bytes that may still be written to the disk of a folder. */
  freeBytes(folder: string): Promise<number>;
}

/** The real file system; tests put failing operations in its place. */
export const FILE_OPERATIONS: FileOperations = {
  open: (path, flags) => open(path, flags),
  rename,
  remove: (path) => rm(path, { force: true }),
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

/** What a durable write does beyond replacing the file at its path. */
export interface DurableWriteOptions {
  /** Keep the file that is replaced under this path. */
  readonly previous?: string;
  /** Bytes that `chunks` have; where given, nothing is begun that the disk has no room for. */
  readonly byteLength?: number;
  readonly operations?: FileOperations;
}

/**
 * Replaces `path` by `chunks`: at every moment, crashes included, the old or the new content is there
 * (with `previous`, under one of the two names). A pipe or a device, such as /dev/stdout, is written to as it is.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`; nothing half-written is left.
 */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array>,
  { previous, byteLength, operations = FILE_OPERATIONS }: DurableWriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryName(path);
  try {
    if (await isStream(path)) return await writeInto(path, chunks, operations);
    if (byteLength !== undefined) await assertRoom(folder, byteLength, operations);
    await writeInto(temporary, chunks, operations, true);
    await replace(path, temporary, previous, operations);
    await syncDirectory(folder, operations);
  } catch (error) {
    await operations.remove(temporary).catch(() => undefined);
    throw writeFailed(path, error);
  }
}

/** Removes a file where it is there. @throws ClassifierTrainingError kind "storage" `WRITE_FAILED` */
export async function removeFile(path: string, operations: FileOperations = FILE_OPERATIONS): Promise<void> {
  try {
    await operations.remove(path);
  } catch (error) {
    throw writeFailed(path, error);
  }
}

/** What a file is called while it is written. */
function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}

/**
 * Removes what killed processes had begun to write in a folder and the folders in it; files under any other name than
 * `writeDurably` gives, and those of processes that are alive, stay.
 * @returns how many there were
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
 */
export async function removeUnfinished(
  folder: string,
  operations: FileOperations = FILE_OPERATIONS,
): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const others = await Promise.all(
    inner.map((path) => readdir(path, { withFileTypes: true }).catch(() => [])),
  );
  const unfinished = [...entries, ...others.flat()].filter((entry) => {
    const [, pid] = /^\..+\.(\d+)\.tmp$/.exec(entry.name) ?? [];
    return pid !== undefined && entry.isFile() && !isOtherProcess(Number(pid));
  });
  for (const { parentPath, name } of unfinished) await removeFile(join(parentPath, name), operations);
  return unfinished.length;
}

/** Whether a process is alive and not this one, whose number a killed one may have had before. */
function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Whether something is there that keeps no content and must not be replaced. */
async function isStream(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function writeInto(
  path: string,
  chunks: Iterable<Uint8Array>,
  operations: FileOperations,
  synced = false,
): Promise<void> {
  const file = await operations.open(path, "w");
  try {
    for (const chunk of chunks) {
      for (let offset = 0; offset < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, offset, Math.min(chunk.length - offset, 1 << 24));
        offset += bytesWritten;
      }
    }
    if (synced) await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws an error of code ENOSPC where the disk has less room than `byteLength`; some file systems do not tell. */
async function assertRoom(folder: string, byteLength: number, operations: FileOperations): Promise<void> {
  const free = await operations.freeBytes(folder).catch(() => Number.POSITIVE_INFINITY);
  if (free >= byteLength) return;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const message = `ENOSPC: ${megabytes(byteLength)} are needed, ${megabytes(free)} are free`;
  throw Object.assign(new Error(message), { code: "ENOSPC" });
}

/** Puts `temporary` in the place of `path`; where that fails, what was moved to `previous` comes back. */
async function replace(
  path: string,
  temporary: string,
  previous: string | undefined,
  operations: FileOperations,
): Promise<void> {
  const moved = previous !== undefined && (await renameIfThere(path, previous, operations));
  try {
    await operations.rename(temporary, path);
  } catch (error) {
    if (moved) await operations.rename(previous, path).catch(() => undefined);
    throw error;
  }
}

async function renameIfThere(from: string, to: string, operations: FileOperations): Promise<boolean> {
  try {
    await operations.rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
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
  EROFS: "the file system is read-only; choose another place, for a run with hydra.run.dir=...",
  EACCES: "you may not write there; choose another place, for a run with hydra.run.dir=...",
  EPERM: "you may not write there; choose another place, for a run with hydra.run.dir=...",
  ENOTDIR: "a part of this path is a file; choose another place, for a run with hydra.run.dir=...",
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
