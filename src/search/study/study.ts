// What a study is: what its trials run, what they are chosen from, and what makes one better.
import type { Space } from "../space/parameter.ts";
import type { Direction } from "./trial.ts";

/** Something that is made best. */
export interface StudyObjective {
  /** A logged value such as `val/acc_top1`, or `export/latency_ms`. */
  readonly metric: string;
  readonly direction: Direction;
}

/** Everything that workers need to know; it does not change once the study is there. */
export interface StudyDefinition {
  readonly space: Space;
  /** The first one is what trials report and are pruned by. */
  readonly objectives: readonly StudyObjective[];
  /** What the trials run, for whoever runs them. */
  readonly job: unknown;
}
