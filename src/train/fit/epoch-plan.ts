// Where in an epoch a fit takes optimizer steps and validates.
import type { DataModule } from "../contracts.ts";
import { limitBatches, type ResolvedTrainerOptions } from "../options.ts";
import type { Progress } from "./progress.ts";
import { checkValidationPlan, validatesAfter } from "./validation-plan.ts";

export class EpochPlan {
  /** Batches of a training epoch. */
  readonly batchCount: number;
  /** Whether there is anything to validate on. */
  readonly validates: boolean;
  readonly #options: ResolvedTrainerOptions;

  /** @throws ClassifierTrainingError kind "usage" `VAL_CHECK_INTERVAL` */
  constructor(data: DataModule, options: ResolvedTrainerOptions) {
    this.#options = options;
    const { overfitBatches, limitTrainBatches, fastDevRun } = options;
    this.batchCount = limitBatches(data.trainLoader(0).length, overfitBatches ?? limitTrainBatches);
    this.validates = overfitBatches !== undefined || data.valLoader() !== undefined;
    if (this.validates && fastDevRun === 0) checkValidationPlan(this.batchCount, options);
  }

  /** Whether the batch before `batch` completes an optimizer step. */
  atStepBoundary(batch: number): boolean {
    return batch % this.#options.accumulateGradBatches === 0 || batch === this.batchCount;
  }

  /** Whether a validation follows the batch before `progress.batch`. */
  isValidationDue(progress: Readonly<Progress>): boolean {
    return this.validates && validatesAfter(progress, this.batchCount, this.#options);
  }
}
