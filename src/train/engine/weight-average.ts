// Averages of the weights: how much of the average each step keeps, and what else averaging changes.
import * as z from "zod";
import { parseOptions } from "../../core/index.ts";

/** The optimizer step that has been taken. */
export interface AveragedStep {
  /** From 1. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** Whether it is the epoch's last. */
  readonly epochEnd: boolean;
}

/** What is known of a fit before it begins. */
export interface AveragedFit {
  /** Infinity: no limit. */
  readonly maxEpochs: number;
}

/** Average = d average + (1 - d) weights after each optimizer step, running statistics included. */
export interface WeightAveraging {
  /** d of a step. */
  decay(step: AveragedStep, fit: AveragedFit): number;
  /** The learning rate of an epoch, given the scheduled one; where it is given the scheduler stands still. Default: as scheduled. */
  learningRate?(epoch: number, scheduled: number, fit: AveragedFit): number | undefined;
  /** Whether running statistics of the average are computed anew, over the training set, when the last epoch ends. */
  readonly renewsStatistics?: boolean;
}

/** How slowly the average follows the weights, and from when on. */
export interface WeightAverageOptions {
  /** Largest share that is kept; default 0.9999. */
  readonly decay?: number;
  /** Steps before averaging begins: until then the average is the weights themselves; default 0. */
  readonly warmupSteps?: number;
}

/** `WeightAverageOptions` with their defaults. */
export const weightAverageSchema: z.ZodType<Required<WeightAverageOptions>> = z.strictObject({
  decay: z.number().min(0).lt(1).default(0.9999),
  warmupSteps: z.int().min(0).default(0),
});

/** Exponential moving average: d of step t is min(decay, (1 + t) / (10 + t)), t counted from the end of the warm-up. */
export class WeightAverage implements WeightAveraging {
  readonly #decay: number;
  readonly #warmupSteps: number;

  /** @throws ClassifierTrainingError kind "usage" `OPTIONS` */
  constructor(options: WeightAverageOptions = {}) {
    const { decay, warmupSteps } = parseOptions("EMA", weightAverageSchema, options);
    this.#decay = decay;
    this.#warmupSteps = warmupSteps;
  }

  decay({ step }: Pick<AveragedStep, "step">): number {
    const averaged = step - this.#warmupSteps;
    return averaged <= 0 ? 0 : Math.min(this.#decay, (1 + averaged) / (10 + averaged));
  }
}
