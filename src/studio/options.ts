// What the studio is told: what it opens, where it listens, and whether it may change anything.

import type { ConfigurationRequest } from "../app/index.ts";
import type { ComponentRegistry } from "../config/index.ts";

/** What `Studio.start` opens. */
export interface StudioOptions {
  /** The configuration whose data is shown, as for `train`; undefined: a folder of runs alone. */
  readonly configuration: ConfigurationRequest | undefined;
  readonly registry: ComponentRegistry;
  /** Modules that register components, which the studio's processes load too. */
  readonly imports: readonly string[];
  /** The folder whose runs are followed, and below which new ones begin. */
  readonly runs: string;
  /** Whether pictures, labels and runs can only be looked at. */
  readonly readOnly: boolean;
  /** 127.0.0.1: this machine alone. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What the first address must carry; default: drawn at random. */
  readonly token?: string | undefined;
  /** A line for whoever runs the studio. */
  note(line: string): void;
}
