// After which batches of which epochs a fit validates.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ResolvedTrainerOptions } from "../options.ts";

/** Whether a validation is due when `batch` of the `batchCount` batches of `epoch` (from 0) are done. */
export function validatesAfter(
  { epoch, batch }: { readonly epoch: number; readonly batch: number },
  batchCount: number,
  { valCheckInterval, checkValEveryNEpoch }: ResolvedTrainerOptions,
): boolean {
  if (checkValEveryNEpoch !== null && (epoch + 1) % checkValEveryNEpoch !== 0) return false;
  const interval =
    valCheckInterval <= 1 ? Math.max(1, Math.floor(batchCount * valCheckInterval)) : valCheckInterval;
  const counted = checkValEveryNEpoch === null ? epoch * batchCount + batch : batch;
  return counted % interval === 0;
}

/** @throws ClassifierTrainingError kind "usage" `VAL_CHECK_INTERVAL` where an epoch ends before a validation is due. */
export function checkValidationPlan(
  batchCount: number,
  { valCheckInterval, checkValEveryNEpoch }: ResolvedTrainerOptions,
): void {
  if (checkValEveryNEpoch === null || valCheckInterval <= 1 || valCheckInterval <= batchCount) return;
  const message = `trainer.val_check_interval is ${valCheckInterval}, an epoch has ${batchCount} batches: it would never validate`;
  throw new ClassifierTrainingError("usage", "VAL_CHECK_INTERVAL", message, {
    where: "trainer.val_check_interval",
    hint: "give a smaller number of batches or a share of the epoch, or count across epochs with trainer.check_val_every_n_epoch=null",
  });
}
