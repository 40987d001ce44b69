// Loaded into a training process: lets a file operation fail, kills the process there, or sends it a signal.
import { appendFileSync } from "node:fs";
// The command line runs what was built, so that is where its file operations are.
import { FILE_OPERATIONS, type FileOperations } from "../../dist/platform/durable-file.js";
import { receive, type StopSignal } from "../support/receive-signal.ts";

/** Where the file operations of a process are to end; operations are counted from 0. */
export type Failpoint =
  | { readonly kind: "kill"; readonly at: number; readonly when: "before" | "after" }
  | { readonly kind: "error"; readonly at: number; readonly code: string }
  /** A signal arrives; where `stall`, the operation then never ends, and the signal comes once more. */
  | { readonly kind: "signal"; readonly at: number; readonly signal: StopSignal; readonly stall: boolean }
  /** Kills nothing: appends the name of each operation to a file. */
  | { readonly kind: "record"; readonly file: string };

/** Makes the operations of this process, of which there is one set, end or fail as `failpoints` say. */
function arm(failpoints: readonly Failpoint[], operations: FileOperations): void {
  let asked = 0;
  const through = async <T>(name: string, operation: () => Promise<T>): Promise<T> => {
    const number = asked++;
    for (const failpoint of failpoints) {
      if (failpoint.kind === "record") appendFileSync(failpoint.file, `${name}\n`);
      else if (number !== failpoint.at) continue;
      switch (failpoint.kind) {
        case "error":
          throw Object.assign(new Error(`${failpoint.code}: injected`), { code: failpoint.code });
        case "signal":
          await receive(failpoint.signal);
          if (failpoint.stall) {
            process.kill(process.pid, failpoint.signal);
            await forever();
          }
          break;
        case "kill":
          // One that fails has been there too: nothing to keep as the predecessor of the first checkpoint.
          if (failpoint.when === "after") await operation().catch(() => undefined);
          process.kill(process.pid, "SIGKILL");
          await forever();
      }
    }
    return operation();
  };
  const { open, rename, remove } = operations;
  operations.open = async (path, flags) => {
    const file = await through(`open ${flags}`, () => open(path, flags));
    return {
      write: ((...words: Parameters<typeof file.write>) =>
        through("write", () => file.write(...words))) as typeof file.write,
      sync: () => through("sync", () => file.sync()),
      close: () => file.close(),
    };
  };
  operations.rename = (from, to) => through("rename", () => rename(from, to));
  operations.remove = (path) => through("remove", () => remove(path));
}

function forever(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 1000));
}

const { FAILPOINTS } = process.env;
if (FAILPOINTS !== undefined) arm(JSON.parse(FAILPOINTS) as Failpoint[], FILE_OPERATIONS);
