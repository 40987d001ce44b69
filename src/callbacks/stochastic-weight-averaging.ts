// Stochastic weight averaging: the mean of the weights at the ends of the last epochs.
// Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization" (2018).

import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../core/index.ts";
import { type AveragedFit, type AveragedStep, Callback, type WeightAveraging } from "../train/index.ts";

/** When averaging begins and with which learning rate; Lightning's options and defaults. */
export interface StochasticWeightAveragingOptions {
  /** The learning rate that is annealed to and then kept. */
  readonly swaLrs: number;
  /** First epoch that is averaged: an integer counts from 1, a share (below 1) is one of `max_epochs`, which must have an end; default 0.8. */
  readonly swaEpochStart?: number;
  /** Epochs in which the learning rate goes from the scheduled one to `swaLrs`; default 10. */
  readonly annealingEpochs?: number;
  /** Default `cos`. */
  readonly annealingStrategy?: "cos" | "linear";
}

const schema = z.strictObject({
  swaLrs: z.number().positive(),
  swaEpochStart: z
    .number()
    .min(0)
    .refine((value) => value < 1 || Number.isInteger(value), "must be a share below 1 or a whole number")
    .default(0.8),
  annealingEpochs: z.int().min(0).default(10),
  annealingStrategy: z.enum(["cos", "linear"]).default("cos"),
});

/**
 * From the first averaged epoch on the scheduler stands still and the learning rate goes from where it stood to `swaLrs`
 * as torch's `SWALR` has it; behind the last step of each of these epochs the weights enter a running mean with equal
 * shares. Validation, best weights, test and export use the mean (before that epoch it is the weights themselves). When
 * the last epoch ends, the running statistics of the mean are computed anew over the training set, before its
 * validation; until then they are averaged like weights. Everything follows from the epoch, so resuming needs no state.
 */
export class StochasticWeightAveraging extends Callback implements WeightAveraging {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "StochasticWeightAveraging";
  override readonly weightAverage: WeightAveraging = this;
  readonly renewsStatistics = true;
  readonly #options: z.infer<typeof schema>;

  constructor(options: StochasticWeightAveragingOptions) {
    super();
    this.#options = parseOptions("StochasticWeightAveraging", schema, options);
  }

  decay({ epoch, epochEnd }: AveragedStep, fit: AveragedFit): number {
    const averaged = epoch - this.#start(fit);
    if (averaged <= 0) return 0;
    return epochEnd ? averaged / (averaged + 1) : 1;
  }

  learningRate(epoch: number, scheduled: number, fit: AveragedFit): number | undefined {
    const { swaLrs, annealingEpochs, annealingStrategy } = this.#options;
    const averaged = epoch - this.#start(fit);
    if (averaged < 0) return undefined;
    const t = annealingEpochs === 0 ? 1 : Math.min(1, averaged / annealingEpochs);
    const share = annealingStrategy === "cos" ? (1 - Math.cos(Math.PI * t)) / 2 : t;
    return swaLrs * share + scheduled * (1 - share);
  }

  /** From 0. */
  #start({ maxEpochs }: AveragedFit): number {
    const { swaEpochStart } = this.#options;
    if (swaEpochStart >= 1) return swaEpochStart - 1;
    if (Number.isFinite(maxEpochs)) return Math.floor(maxEpochs * swaEpochStart);
    const message = `swa_epoch_start=${swaEpochStart} is a share of trainer.max_epochs, which has no end`;
    throw new ClassifierTrainingError("usage", "SWA_START", message, {
      where: "callbacks.swa.swa_epoch_start",
      hint: "give the first averaged epoch, such as swa_epoch_start=8, or set trainer.max_epochs",
    });
  }
}
