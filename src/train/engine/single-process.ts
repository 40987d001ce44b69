// The strategy of a process that trains alone, and the choice between that and data parallelism.
import type { Batch } from "../../core/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import { DataParallel } from "./data-parallel.ts";
import type { TrainingEngine } from "./engine.ts";
import type { LossModel } from "./programs.ts";
import type { BatchPosition } from "./random-key.ts";
import type { BatchWeight, ShareResult, Strategy } from "./strategy.ts";

/** Several processes' where there are several. */
export function strategyOf(engine: TrainingEngine, model: LossModel, collective: Collective): Strategy {
  return collective.size === 1 ? new SingleProcess(engine) : new DataParallel(engine, model, collective);
}

/** The whole batch is this process's. */
export class SingleProcess implements Strategy {
  readonly #engine: TrainingEngine;

  constructor(engine: TrainingEngine) {
    this.#engine = engine;
  }

  weigh(batch: Batch | undefined): BatchWeight {
    const samples = batch?.images.shape[0] ?? 0;
    return { samples, divisor: samples };
  }

  async accumulate(batch: Batch | undefined, first: boolean, position: BatchPosition): Promise<ShareResult> {
    return this.#engine.accumulate(batch!, first, position);
  }

  async reduce(): Promise<void> {}

  async shareStatistics(): Promise<void> {}
}
