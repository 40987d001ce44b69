// What the studio asks the thread that reads large tables.
import type { QueuedPicture } from "../labels/api.ts";
import type { RunConfusion, RunLabelCounts, WrongPicture } from "../runs/api.ts";

/** A part of the open data set. */
export type PartName = "train" | "val" | "test";

/** Labels as a thread is told them: a class for each picture, or entries row by row. */
export type ToldLabels = Int32Array | { readonly width: number; readonly data: Int8Array };

/** Pictures whose labels the predictions contradict, by their numbers among the open ones. */
export interface RankedLabels {
  /** How many pictures the predictions are of. */
  readonly predicted: number;
  /** Labels that they contradict less than these. */
  readonly more: number;
  /** The worst first. */
  readonly pictures: readonly Omit<QueuedPicture, "name">[];
}

/** A run whose mistakes are counted. */
export interface MistakesRequest {
  readonly folder: string;
  /** Whether it goes on: then its last validation counts, otherwise its best. */
  readonly isLive: boolean;
}

/** What a run's validation takes for what. */
export interface RunMistakes {
  readonly confusion: RunConfusion | null;
  readonly labelCounts: RunLabelCounts | null;
  /** The largest losses first; which of the open pictures they are is not known here. */
  readonly wrong: readonly Omit<WrongPicture, "picture">[];
}

/** Requests by name. */
export interface TableRequests {
  /** A part of the open pictures as they were opened, before the names of its pictures. */
  readonly part: {
    readonly request: {
      readonly part: PartName;
      readonly classes: readonly string[];
      readonly labels: ToldLabels;
      /** What names in lists of changed labels are relative to. */
      readonly root: string;
    };
    readonly answer: undefined;
  };
  /** Names of the part's next pictures. */
  readonly names: {
    readonly request: { readonly part: PartName; readonly names: readonly string[] };
    readonly answer: undefined;
  };
  /** Ranks the labels of the open pictures by the predictions in a folder. */
  readonly rank: { readonly request: { readonly folder: string }; readonly answer: RankedLabels };
  readonly mistakes: { readonly request: MistakesRequest; readonly answer: RunMistakes };
}
