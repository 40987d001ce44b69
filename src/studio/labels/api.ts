// What the studio's server and its Labels page tell each other.

/** A class, or all labels of a picture that may have several. */
export type LabelNames = string | readonly string[];

/** Where predictions come from. */
export interface LabelSource {
  readonly id: string;
  /** Its folder, below that of the runs. */
  readonly name: string;
  /** A run knows its validation pictures; the folds of a cross-validation know all. */
  readonly kind: "run" | "cross-validation";
  /** When the predictions were written, in milliseconds since 1970. */
  readonly written: number;
}

/** A decision as it was written. */
export interface LabelDecision {
  /** The picture's path within the data set. */
  readonly name: string;
  /** Its number; null where it is gone. */
  readonly picture: number | null;
  readonly from: LabelNames;
  /** The same as `from` where the label was found to be right. */
  readonly to: LabelNames;
  /** Why it does not fit the picture any more; null where it does. */
  readonly stale: string | null;
  /** Whether training leaves it out, rather than refusing the list for it. */
  readonly skipped: boolean;
}

/** All decisions, the oldest first. */
export interface LabelDecisions {
  readonly decisions: readonly LabelDecision[];
  /** Where they are written. */
  readonly file: string;
  /** Trains with them. */
  readonly command: string;
  /** Makes predictions where there are none. */
  readonly predict: string;
}

/** A class and what the model makes of it. */
export interface ClassProbability {
  readonly name: string;
  readonly probability: number;
}

/** A picture whose label the model contradicts. */
export interface QueuedPicture {
  /** Its number. */
  readonly picture: number;
  readonly name: string;
  readonly given: LabelNames;
  readonly suggested: LabelNames;
  /** Between 0 and 1: the lower, the more likely the label is wrong. */
  readonly score: number;
  /** Whether confident learning counts it among the errors. */
  readonly isError: boolean;
  /** The most probable ones, and those of the given label. */
  readonly classes: readonly ClassProbability[];
}

/** What there is to decide, the worst first. */
export interface LabelQueue {
  /** How many pictures the predictions are of. */
  readonly predicted: number;
  /** Labels that they contradict less than these. */
  readonly more: number;
  readonly pictures: readonly QueuedPicture[];
}
