// What two models say of the same pictures, however these are labelled.
import type { Comparison, DifferingPicture } from "../../report/index.ts";

/** What two models say of one picture. */
export interface ComparedPicture {
  /** Its place in the data set. */
  readonly index: number;
  readonly name: string;
  readonly truth: string;
  readonly right: readonly [boolean, boolean];
  /** What each says, and how sure it is of that. */
  readonly said: readonly [Answer, Answer];
}

/** What a model says, and how sure it is of that. */
export type Answer = DifferingPicture["said"][number];

/** What two models say of all pictures that both could read. */
export interface ComparedPictures extends Pick<Comparison, "classes" | "averagePrecision"> {
  readonly pictures: readonly ComparedPicture[];
}
