// What the routes answer with: everything of a server but its socket.

import type { AccessEntry } from "../access-entry.ts";
import type { Admission } from "../admission.ts";
import type { Metrics } from "../metrics.ts";
import type { RequestLimits } from "../options.ts";
import type { PreparationPool } from "../preparation-pool.ts";
import type { ServedModel } from "../served-model.ts";

/** What the routes answer with. */
export interface ServerParts {
  readonly models: ReadonlyMap<string, ServedModel>;
  readonly pool: PreparationPool;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly limits: RequestLimits;
  /** Of this toolkit. */
  readonly version: string;
  isStopping(): boolean;
  /** A line for whoever runs the server. */
  note(line: string): void;
  log(entry: AccessEntry): void;
}
