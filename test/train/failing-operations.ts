// File operations that fail at a chosen one, as full disks and crashes do.
import { FILE_OPERATIONS, type FileOperations } from "../../src/platform/durable-file.ts";

export interface FailingOperations {
  readonly operations: FileOperations;
  /** Names of the operations that were asked for, the failed one last. */
  readonly asked: readonly string[];
}

/**
 * The real operations, of which number `k` (from 0) fails with `code`; where `forGood`, so do all later ones, as if
 * the process had been killed there.
 */
export function failingAt(k: number, code: string, forGood = false): FailingOperations {
  const asked: string[] = [];
  const check = (name: string): void => {
    const i = asked.push(name) - 1;
    if (i === k || (forGood && i > k)) throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const operations: FileOperations = {
    open: async (path, flags) => {
      check(`open ${flags}`);
      const file = await FILE_OPERATIONS.open(path, flags);
      return {
        write: (async (buffer: Uint8Array, offset: number, length: number) => {
          check("write");
          // Disks may take less than they are given.
          return file.write(buffer, offset, Math.ceil(length / 2));
        }) as typeof file.write,
        sync: async () => {
          check("sync");
          await file.sync();
        },
        close: async () => {
          await file.close();
          check("close");
        },
      };
    },
    rename: async (from, to) => {
      check("rename");
      await FILE_OPERATIONS.rename(from, to);
    },
    remove: async (path) => {
      check("remove");
      await FILE_OPERATIONS.remove(path);
    },
    freeBytes: FILE_OPERATIONS.freeBytes,
  };
  return { operations, asked };
}
