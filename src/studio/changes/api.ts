// What the studio's server and its pages tell each other about changes to the pictures.

/** What is done with pictures: moved to another class, moved out of the data set, or their problem is in order. */
export type ChangeAction = "move" | "set-aside" | "delete" | "dismiss";

/** What is to be done. */
export type ChangeRequest =
  /** To the class of this index. */
  | { readonly action: "move"; readonly ids: readonly number[]; readonly label: number }
  | { readonly action: "set-aside" | "delete"; readonly ids: readonly number[] }
  /** The problem's key, and what to call it. */
  | { readonly action: "dismiss"; readonly problem: string; readonly title: string };

/** What was done. */
export interface ChangeSummary {
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly action: ChangeAction;
  /** The class that pictures were moved to. */
  readonly className: string | null;
  /** Pictures that were changed, and of these the ones that still are. */
  readonly count: number;
  readonly standing: number;
  /** Paths of the first pictures as they were, or the dismissed problem's title. */
  readonly names: readonly string[];
}

/** What came of a change or an undo. */
export interface ChangeResult {
  readonly change: ChangeSummary;
  /** Why some pictures were left as they are; null where all were changed. */
  readonly left: string | null;
}

/** Some of the changes, the latest first. */
export interface ChangeRange {
  readonly total: number;
  readonly changes: readonly ChangeSummary[];
}
