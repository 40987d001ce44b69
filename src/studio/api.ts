// What every page of the studio is told first.
import type { TaskName } from "../core/index.ts";

/** What is open. */
export interface StudioInfo {
  /** Of this toolkit. */
  readonly version: string;
  /** The name of the folder that is open. */
  readonly name: string;
  /** The data set; null where a folder of runs is open alone. */
  readonly data: { readonly task: TaskName; readonly classes: readonly string[] } | null;
  /** The folder of the runs, as it was given. */
  readonly runs: string;
  readonly readOnly: boolean;
}

/** Why a request was refused. */
export interface Refusal {
  readonly error: { readonly code: string; readonly message: string };
}
