// What is counted of the predictions of one validation, whatever the task is.
import type { Picture } from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";

/** What is counted of one validation. */
export interface Confusion {
  add(event: EventOf<"validationBatchEnd">, context: FitContext): void;
  /** The counts of all processes. */
  merged(gather: FitContext["gather"]): Promise<Confusion>;
  draw(title: string, context: FitContext): Picture;
  /** The counts in CSV. */
  table(context: FitContext): string;
}
