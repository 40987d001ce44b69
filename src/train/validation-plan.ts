// After which batches of which epochs a fit validates.
import type { ResolvedTrainerOptions } from "./options.ts";

/** Whether a validation is due when `batch` of the `batchCount` batches of `epoch` (from 0) are done. */
export function validatesAfter(
  { epoch, batch }: { readonly epoch: number; readonly batch: number },
  batchCount: number,
  { valCheckInterval, checkValEveryNEpoch }: ResolvedTrainerOptions,
): boolean {
  if ((epoch + 1) % checkValEveryNEpoch !== 0) return false;
  const interval =
    valCheckInterval <= 1 ? Math.max(1, Math.floor(batchCount * valCheckInterval)) : valCheckInterval;
  return batch % interval === 0;
}
