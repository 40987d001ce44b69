// What the studio's server and its pages tell each other about problems of the pictures.
import type { ListedPicture, ProblemKind } from "../data/api.ts";

/** What looks for problems: reading every picture, and comparing all. */
export type CheckName = "verify" | "dedupe";

/** How far a check is. */
export interface CheckState {
  readonly state: "never" | "running" | "failed" | "done";
  /** When it began, ISO 8601; null where it never has. */
  readonly at: string | null;
  /** What it took. */
  readonly seconds: number | null;
  /** Whether the pictures have changed since. */
  readonly isStale: boolean;
  /** Why it failed. */
  readonly error: string | null;
}

/** Pictures that have a problem, alone or together. */
export interface Problem {
  /** Stays the same whatever is done with its pictures. */
  readonly key: string;
  /** The worst first. */
  readonly kinds: readonly ProblemKind[];
  readonly pictures: readonly ListedPicture[];
  /** What is wrong with one that cannot be read. */
  readonly message: string | null;
  /** Of the least alike of its pictures, 0 to 1; null where it is one picture. */
  readonly similarity: number | null;
}

/** Some of the problems, the worst first. */
export interface ProblemRange {
  readonly checks: Readonly<Record<CheckName, CheckState>>;
  readonly total: number;
  readonly from: number;
  readonly problems: readonly Problem[];
}
