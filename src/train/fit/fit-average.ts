// What averaging the weights means for a fit: its learning rate, each step's share, statistics at the end.

import { ClassifierTrainingError } from "../../core/index.ts";
import type { TrainingEngine, WeightsKind } from "../engine/engine.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { AveragedFit, AveragedStep, WeightAveraging } from "../engine/weight-average.ts";
import type { ResolvedTrainerOptions } from "../options.ts";
import type { NumberedBatch } from "./numbered-batches.ts";
import type { Progress } from "./progress.ts";
import type { TrainingPlan } from "./training-plan.ts";

/** Without averaging every question is answered as for plain weights. */
export class FitAverage {
  readonly #averaging: WeightAveraging | undefined;
  readonly #engine: TrainingEngine;
  readonly #options: ResolvedTrainerOptions;

  /** What averaging cannot answer for a fit of this length is refused here, before training. */
  constructor(
    averaging: WeightAveraging | undefined,
    engine: TrainingEngine,
    options: ResolvedTrainerOptions,
  ) {
    this.#averaging = averaging;
    this.#engine = engine;
    this.#options = options;
    this.decay({ step: 1, epoch: 0, epochEnd: false });
  }

  get evaluatedWeights(): WeightsKind {
    return this.#averaging === undefined ? "live" : "average";
  }

  /** The learning rate of an epoch where averaging sets it, the scheduler then standing still. */
  learningRate(epoch: number, scheduled: number): number | undefined {
    return this.#averaging?.learningRate?.(epoch, scheduled, this.#options);
  }

  /** What the average keeps of itself in a step; undefined where there is none. */
  decay(step: AveragedStep): number | undefined {
    return this.#averaging?.decay(step, this.#options);
  }

  /**
   * Checks that what has been averaged so far, in a fit of this plan, is what this one would have.
   * @throws ClassifierTrainingError kind "usage" `RESUME_AVERAGE`
   */
  checkPlan(plan: Pick<TrainingPlan, "maxEpochs"> | undefined, { epoch, batch }: Readonly<Progress>): void {
    if (plan === undefined || this.#averaging === undefined) return;
    const before = { maxEpochs: plan.maxEpochs ?? Number.POSITIVE_INFINITY };
    const at = (epoch: number, fit: AveragedFit): string => {
      const decay = this.#averaging?.decay({ step: epoch + 1, epoch, epochEnd: true }, fit);
      return JSON.stringify([decay, this.#averaging?.learningRate?.(epoch, 1, fit)]);
    };
    for (let e = 0; e < epoch + Math.sign(batch); e++) {
      if (at(e, before) === at(e, this.#options)) continue;
      throw new ClassifierTrainingError(
        "usage",
        "RESUME_AVERAGE",
        `with ${epochs(this.#options)} instead of ${epochs(before)} the weights would have been averaged otherwise from epoch ${e} on, and epoch ${epoch} is reached`,
        {
          where: "trainer.max_epochs",
          hint: "keep the number of epochs, or have averaging begin at an epoch, such as swa_epoch_start=8, not at a share of them",
        },
      );
    }
  }

  /** Whether its running statistics are to be computed anew at the end of training. */
  get renewsStatistics(): boolean {
    return this.#averaging?.renewsStatistics === true;
  }

  /**
   * Computes the average's running statistics anew over the training batches.
   * @param interrupted asked before each of them, by all processes alike
   */
  async renewStatistics(
    batches: AsyncIterable<NumberedBatch>,
    strategy: Strategy,
    interrupted: () => Promise<boolean>,
  ): Promise<void> {
    let passed = 0;
    for await (const { batch } of batches) {
      if (await interrupted()) return;
      if (batch !== undefined) await this.#engine.renewStatistics(batch, 1 / ++passed, [0, passed]);
    }
    await strategy.shareStatistics(passed);
  }
}

function epochs({ maxEpochs }: AveragedFit): string {
  return Number.isFinite(maxEpochs) ? `${maxEpochs} epochs` : "epochs without end";
}
