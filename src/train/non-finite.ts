// The guard against losses and gradients that are not finite.
import { ClassifierTrainingError } from "../core/index.ts";

/** @throws ClassifierTrainingError kind "non-finite" `NON_FINITE_LOSS` or `NON_FINITE_GRADIENT` at this step. */
export function assertFinite(
  what: "loss" | "gradient",
  value: number,
  { epoch, batch, step }: { readonly epoch: number; readonly batch: number; readonly step: number },
): void {
  if (Number.isFinite(value)) return;
  const name = what === "loss" ? "the loss" : "the norm of the gradients";
  throw new ClassifierTrainingError(
    "non-finite",
    what === "loss" ? "NON_FINITE_LOSS" : "NON_FINITE_GRADIENT",
    `${name} is ${value} at step ${step + 1}`,
    {
      where: `epoch ${epoch}, batch ${batch}`,
      hint: "lower model.learning_rate, keep trainer.gradient_clip_val at 1 or less, and check the data",
    },
  );
}
