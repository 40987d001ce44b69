// Writes small files of caches whole or not at all; unlike writeDurably it does not wait for the disk.
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { threadId } from "node:worker_threads";

/** Replaces a file, making its folder. A disk that is full or cannot be written leaves things as they are. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const partial = `${path}.${process.pid}-${threadId}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, content);
    renameSync(partial, path);
  } catch {
    rmSync(partial, { force: true });
  }
}
