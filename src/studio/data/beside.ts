// Where the studio keeps what it writes about a data set: in a folder beside it, which one studio at a time writes to.
import { access, constants, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { RunLock } from "../../app/run/lock/run-lock.ts";
import { ClassifierTrainingError } from "../../core/index.ts";

/** The folder of a data set's root, which need not be there yet. */
export function besideOf(root: string): string {
  return `${resolve(root)}.studio`;
}

/** The folder beside a data set as it was opened. */
export interface Beside {
  readonly folder: string;
  /** Why nothing is written there; null where this studio writes to it. */
  readonly closed: "read-only" | "not-writable" | "taken" | null;
  /** Lets others write to it. */
  readonly lock: AsyncDisposable | undefined;
}

/** Makes the folder and takes it for this studio; who may not write, and why, is said. */
export async function openBeside(
  root: string,
  readOnly: boolean,
  note: (line: string) => void,
): Promise<Beside> {
  const folder = besideOf(root);
  const closed = (why: Beside["closed"]): Beside => ({ folder, closed: why, lock: undefined });
  if (readOnly) return closed("read-only");
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return { folder, closed: null, lock: await RunLock.take(folder) };
  } catch (error) {
    if (error instanceof ClassifierTrainingError && error.code === "RUN_LOCKED") {
      note(`${folder}: another studio writes here: this one only shows the pictures`);
      return closed("taken");
    }
    const why =
      error instanceof ClassifierTrainingError ? error.message : (error as NodeJS.ErrnoException).code;
    note(`${folder}: cannot be written (${why}): pictures can only be looked at`);
    return closed("not-writable");
  }
}
