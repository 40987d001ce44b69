// What the parts of the studio share: the open data set, the folder of runs, and a voice.
import type { OpenData } from "./data/open-data.ts";
import type { OpenPictures } from "./data/open-pictures.ts";
import type { TableThread } from "./tables/table-thread.ts";

/** All that answers need. */
export interface StudioParts {
  /** Of this toolkit. */
  readonly version: string;
  readonly name: string;
  readonly data: OpenData | undefined;
  /** Those of `data`. */
  readonly pictures: OpenPictures | undefined;
  /** Reads what is large. */
  readonly tables: TableThread;
  /** The folder whose runs are followed. */
  readonly runs: string;
  readonly readOnly: boolean;
  /** Modules of the user that register components. */
  readonly imports: readonly string[];
  /** What ends when the studio stops, in this order; whoever answers may add to it. */
  readonly closing: AsyncDisposable[];
  /** A line for whoever runs the studio. */
  note(line: string): void;
}
