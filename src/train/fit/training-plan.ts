// How long a fit is meant to be, and how many steps its scheduler has ahead.
import type { LearningRateScheduler } from "../../optim/index.ts";
import type { ResolvedTrainerOptions } from "../options.ts";
import type { Progress } from "./progress.ts";

/** What the length of a training follows from; kept in checkpoints to see whether it has changed. */
export interface TrainingPlan {
  /** Null: no limit, as JSON can say it. */
  readonly maxEpochs: number | null;
  /** Optimizer steps in all; null: no limit. */
  readonly maxSteps: number | null;
  /** Batches of a training epoch. */
  readonly batchCount: number;
  /** Batches of an optimizer step. */
  readonly accumulate: number;
}

/** The plan of a fit with these options. */
export function planOf(
  options: Pick<ResolvedTrainerOptions, "accumulateGradBatches" | "maxEpochs" | "maxSteps">,
  batchCount: number,
): TrainingPlan {
  const { accumulateGradBatches: accumulate, maxEpochs, maxSteps = null } = options;
  return { maxEpochs: Number.isFinite(maxEpochs) ? maxEpochs : null, maxSteps, batchCount, accumulate };
}

/** Whether a saved plan, if there was one, is the present one. */
export function samePlan(a: TrainingPlan | undefined, b: TrainingPlan): boolean {
  return (Object.keys(b) as (keyof TrainingPlan)[]).every((key) => a?.[key] === b[key]);
}

/** Steps that a scheduler will take between `progress` and the end of training; infinity where there is none. */
export function schedulerStepsAhead(
  plan: TrainingPlan,
  { interval, frequency }: Pick<LearningRateScheduler, "interval" | "frequency">,
  { epoch, batch, step }: Pick<Progress, "epoch" | "batch" | "step">,
): number {
  const { maxSteps, batchCount, accumulate } = plan;
  const maxEpochs = plan.maxEpochs ?? Number.POSITIVE_INFINITY;
  if (epoch >= maxEpochs) return 0;
  const perEpoch = Math.max(1, Math.ceil(batchCount / accumulate));
  const restOfEpoch = batch >= batchCount ? 0 : perEpoch - Math.floor(batch / accumulate);
  const allowed = Math.max(0, (maxSteps ?? Number.POSITIVE_INFINITY) - step);
  if (interval === "epoch") {
    const begun = batch > 0 || allowed > 0 ? 1 : 0;
    const ahead = allowed <= restOfEpoch ? begun : 1 + Math.ceil((allowed - restOfEpoch) / perEpoch);
    const end = Math.max(epoch, Math.min(maxEpochs, epoch + ahead));
    return Math.floor(end / frequency) - Math.floor(epoch / frequency);
  }
  /** Of the optimizer steps behind `from` up to `to` of an epoch, those that the scheduler follows. */
  const followed = (from: number, to: number): number => {
    let count = 0;
    for (let k = from + 1; k <= to; k++) if (Math.min(k * accumulate, batchCount) % frequency === 0) count++;
    return count;
  };
  const ahead = Math.min(allowed, restOfEpoch + Math.max(0, maxEpochs - epoch - 1) * perEpoch);
  if (ahead === Number.POSITIVE_INFINITY) return ahead;
  const now = Math.min(ahead, restOfEpoch);
  const done = perEpoch - restOfEpoch;
  const later = ahead - now;
  return (
    followed(done, done + now) +
    Math.floor(later / perEpoch) * followed(0, perEpoch) +
    followed(0, later % perEpoch)
  );
}
