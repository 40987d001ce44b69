// Losses, gradients and weights that are not finite: what was found, and what can be done about it.
import { ClassifierTrainingError } from "../../core/index.ts";

/** What was found not to be finite, and where. */
export interface NonFinite {
  readonly what: "loss" | "gradient" | "weights" | "validation loss";
  readonly value: number;
  readonly epoch: number;
  readonly batch: number;
  /** Optimizer steps done before it. */
  readonly step: number;
}

/**
 * `stop`: the fit ends with an error. `skip`: the update of this step is left out. `roll_back`: weights, optimizer and
 * averages go back to the beginning of the epoch, training goes on with the next batch.
 */
export type NonFiniteAction = "stop" | "skip" | "roll_back";

/** Decides what happens; what it will ask for must be known before the step. */
export interface NonFinitePolicy {
  readonly action: NonFiniteAction;
  /** Whether to do `action` (once more); false: the fit ends with the error. */
  recovers(found: NonFinite): boolean;
}

const NAMES: Readonly<Record<NonFinite["what"], readonly [name: string, code: string]>> = {
  loss: ["the loss", "NON_FINITE_LOSS"],
  gradient: ["the norm of the gradients", "NON_FINITE_GRADIENT"],
  weights: ["the norm of the weights", "NON_FINITE_WEIGHTS"],
  "validation loss": ["the validation loss", "NON_FINITE_VALIDATION"],
};

/** `the loss is NaN at step 12`. */
export function describeNonFinite({ what, value, step }: NonFinite): string {
  const moment = what === "validation loss" ? `after step ${step}` : `at step ${step + 1}`;
  return `${NAMES[what][0]} is ${value} ${moment}`;
}

/** An error of kind "non-finite": `NON_FINITE_LOSS`, `_GRADIENT`, `_WEIGHTS` or `_VALIDATION`. */
export function nonFiniteError(found: NonFinite): ClassifierTrainingError {
  return new ClassifierTrainingError("non-finite", NAMES[found.what][1], describeNonFinite(found), {
    where: `epoch ${found.epoch}, batch ${found.batch}`,
    hint: "lower model.learning_rate, keep trainer.gradient_clip_val at 1 or less, and check the data",
  });
}
