// What averaging the weights means for a fit: its learning rate, each step's share, statistics at the end.
import type { BatchSource } from "../contracts.ts";
import type { TrainingEngine, WeightsKind } from "../engine/engine.ts";
import type { AveragedStep, WeightAveraging } from "../engine/weight-average.ts";
import type { ResolvedTrainerOptions } from "../options.ts";
import { take } from "./take.ts";

export class FitAverage {
  readonly #averaging: WeightAveraging | undefined;
  readonly #engine: TrainingEngine;
  readonly #options: ResolvedTrainerOptions;

  constructor(
    averaging: WeightAveraging | undefined,
    engine: TrainingEngine,
    options: ResolvedTrainerOptions,
  ) {
    this.#averaging = averaging;
    this.#engine = engine;
    this.#options = options;
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

  /** Whether its running statistics are to be computed anew at the end of training. */
  get renewsStatistics(): boolean {
    return this.#averaging?.renewsStatistics === true;
  }

  /** Computes the average's running statistics anew over `batches`. */
  async renewStatistics(batches: BatchSource, count: number, interrupted: () => boolean): Promise<void> {
    let passed = 0;
    for await (const batch of take(batches, count)) {
      if (interrupted() || !(await this.#engine.renewStatistics(batch, 1 / ++passed))) return;
    }
  }
}
