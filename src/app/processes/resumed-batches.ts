// Goes on with another number of processes: an optimizer step must have as many samples as before.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Json, LoadedCheckpoint, TrainerOptions } from "../../train/index.ts";

/** The settings whose product is kept, and not each of them. */
const BATCH_SIZE = "data.batch_size";
const ACCUMULATE = "trainer.accumulate_grad_batches";

/** What a fit goes on with where a checkpoint was saved. */
export interface ResumedBatches {
  readonly trainer: TrainerOptions;
  readonly identity: Readonly<Record<string, Json>>;
  /** What a person should know. */
  readonly notice?: string;
}

/**
 * Keeps the samples of an optimizer step where the processes have become more or fewer, by accumulating fewer or more
 * batches.
 * @param batchSize samples of a batch of each process
 * @throws ClassifierTrainingError kind "usage" `RESUME_BATCH` where that cannot be done
 */
export function resumedBatches(
  { state }: Pick<LoadedCheckpoint, "state">,
  { batchSize, processes }: { readonly batchSize: number; readonly processes: number },
  trainer: TrainerOptions,
  identity: Readonly<Record<string, Json>>,
): ResumedBatches {
  const saved = state as {
    batchSize?: number;
    processes?: number;
    identity?: Readonly<Record<string, Json>>;
  };
  const before = saved.processes ?? 1;
  if (before === processes || saved.batchSize === undefined) return { trainer, identity };
  const step = saved.batchSize * Number(saved.identity?.[ACCUMULATE] ?? 1);
  const accumulateGradBatches = step / (batchSize * processes);
  if (!Number.isInteger(accumulateGradBatches)) {
    const message = `an optimizer step of ${before} processes had ${step} samples, a batch of ${processes} has ${batchSize * processes}`;
    throw new ClassifierTrainingError("usage", "RESUME_BATCH", message, {
      where: BATCH_SIZE,
      hint: `set it so that ${step} is a multiple of it times the number of processes`,
    });
  }
  const kept = [BATCH_SIZE, ACCUMULATE].filter((key) => saved.identity?.[key] !== undefined);
  return {
    trainer: { ...trainer, accumulateGradBatches },
    identity: { ...identity, ...Object.fromEntries(kept.map((key) => [key, saved.identity![key]!])) },
    notice: `processes: ${processes} instead of ${before}; an optimizer step keeps its ${step} samples with ${ACCUMULATE}=${accumulateGradBatches}`,
  };
}
