// What the pages of runs are told and what they ask for.
import type { LossPoint } from "../../app/run/loss-curve.ts";

/** How a run stands; `starting` until its folder is there, `not started` where its process ended before that. */
export type RunStatus =
  | "starting"
  | "not started"
  | "running"
  | "killed"
  | "completed"
  | "stopped"
  | "interrupted"
  | "failed";

/** A number that JSON can hold: what is not finite is null. */
export type Value = number | null;

/** Where a run is at this moment. */
export interface RunProgress {
  readonly phase: "training" | "validation";
  /** Of the phase, done and in all. */
  readonly batch: number;
  readonly batches: number;
  /** Of training in all, from 0 to 1; null without an end. */
  readonly share: Value;
  readonly secondsLeft: Value;
  /** Mean of the epoch so far. */
  readonly loss: Value;
}

/** A run as the list shows it. */
export interface RunRow {
  /** Names it to the server; the same for as long as the folder has its name. */
  readonly id: string;
  /** Its folder, relative to the folder of runs. */
  readonly name: string;
  readonly status: RunStatus;
  /** Why it stopped, or failed. */
  readonly reason: string | null;
  readonly model: string;
  /** Milliseconds since 1970: when it began, and when its files changed last. */
  readonly started: number;
  readonly changed: number;
  /** Epochs that are done, and at the most. */
  readonly epochs: number;
  readonly maxEpochs: Value;
  readonly progress: RunProgress | null;
  readonly imagesPerSecond: Value;
  /** The last value of each metric that runs are judged by, and of the losses. */
  readonly metrics: Readonly<Record<string, Value>>;
  /** Of the weights that are exported, epochs from 1. */
  readonly best: { readonly epoch: number; readonly score: Value } | null;
  readonly canBeStopped: boolean;
  readonly canBeResumed: boolean;
  readonly hasReport: boolean;
}

/** The values that were logged of an epoch, which is counted from 1. */
export interface HistoryRow {
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, Value>>;
}

/** Rows that stand at `from` in the history and behind it; what stood there is replaced. */
export interface HistoryChange {
  readonly id: string;
  readonly from: number;
  readonly rows: readonly HistoryRow[];
  /** The training loss within the epochs since the run began or was gone on with; empty where it has ended by itself. */
  readonly lossCurve: readonly LossPoint[];
}

/** What is told of runs as it happens. A connection begins with a snapshot of everything. */
export interface RunsMessage {
  readonly kind: "snapshot" | "change";
  /** All, or those that have changed. */
  readonly runs: readonly RunRow[];
  /** Ids of those that are no longer there. */
  readonly gone: readonly string[];
  /** Of the runs whose history was asked for. */
  readonly history: readonly HistoryChange[];
}

/** A setting, and what set it. */
export interface RunSetting {
  readonly key: string;
  readonly value: string;
  readonly source: string;
}

/** A picture of the validation that the network was wrong about. */
export interface WrongPicture {
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
  /** Of what was predicted; null of several labels. */
  readonly confidence: number | null;
  readonly loss: number;
  /** Its number among the pictures that are open; null where it is none of them. */
  readonly picture: number | null;
}

/** What became of each label of a validation: a 2 x 2 confusion matrix each. */
export interface RunLabelCounts {
  readonly of: "best" | "last";
  readonly labels: readonly {
    readonly name: string;
    readonly tp: number;
    readonly fp: number;
    readonly fn: number;
    readonly tn: number;
  }[];
}

/** Cells of a confusion matrix that are not empty. */
export interface RunConfusion {
  /** Which validation it is of. */
  readonly of: "best" | "last";
  readonly classes: readonly string[];
  readonly cells: readonly { readonly truth: number; readonly predicted: number; readonly count: number }[];
}

/** What the run's page shows besides its row and its curves. */
export interface RunDetail {
  readonly id: string;
  /** The words that it was started with, and the command that they are of. */
  readonly overrides: readonly string[];
  readonly command: string;
  /** What the form is to be filled with to train so again. */
  readonly asSettings: readonly FormSetting[];
  /** The words that the form has no field for, as a shell takes them. */
  readonly furtherSettings: string;
  readonly settings: readonly RunSetting[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly confusion: RunConfusion | null;
  /** Where pictures have several labels. */
  readonly labelCounts: RunLabelCounts | null;
  /** The largest losses first. */
  readonly wrong: readonly WrongPicture[];
  /** Drawings that there are, such as `top_losses/last`. */
  readonly pictures: readonly string[];
}

/** The end of what a run has said. */
export interface RunLogTail {
  readonly text: string;
}

/** What differs among runs; undefined became null. */
export interface RunDifferences {
  readonly settings: readonly Difference[];
  readonly results: readonly Difference[];
}

/** A setting or result, of each run. */
export interface Difference {
  readonly key: string;
  readonly values: readonly (string | null)[];
}

/** A study of `search`, by its folder. */
export interface StudyRow {
  readonly id: string;
  readonly name: string;
}

/** A key and the text that was typed for it, or a group and its option. */
export type FormSetting = readonly [key: string, text: string];

/** What the form is asked with. */
export interface FormRequest {
  readonly settings: readonly FormSetting[];
  /** Overrides as they stand, for what the form has no field for. */
  readonly words: readonly string[];
}

/** How a value is entered. */
export type Control =
  | { readonly kind: "switch" }
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | {
      readonly kind: "number";
      readonly isInteger: boolean;
      readonly min: number | null;
      readonly max: number | null;
    }
  | { readonly kind: "text" }
  /** Typed as on the command line: `true`, `0.1`, `[1,2]` or a text. */
  | { readonly kind: "any" };

/** A key of the configuration. */
export interface FormField {
  readonly key: string;
  readonly control: Control;
  /** Whether `null` may stand for it. */
  readonly isNullable: boolean;
  /** What it is as things stand, as the command line would have it. */
  readonly text: string;
  /** What the configuration's files say about it. */
  readonly about: string;
  /** Whether it was given, by the form or as the data was opened. */
  readonly isGiven: boolean;
}

/** A group of configurations of which one is taken. */
export interface FormGroup {
  readonly name: string;
  readonly options: readonly { readonly name: string; readonly about: string }[];
  /** Null: none of them. */
  readonly chosen: string | null;
  readonly isGiven: boolean;
}

/** What is wrong, beside the key that it is about where that is known. */
export interface FormProblem {
  readonly key: string | null;
  readonly message: string;
}

/** The form, with everything that the settings amount to. */
export interface TrainForm {
  readonly groups: readonly FormGroup[];
  readonly fields: readonly FormField[];
  readonly problems: readonly FormProblem[];
  readonly overrides: readonly string[];
  /** As a shell takes it. */
  readonly command: string;
}

/** A training that was started. */
export interface StartedTraining {
  readonly id: string;
}
