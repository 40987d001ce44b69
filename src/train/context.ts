// What a callback can see of a fit and ask of it.

import type { TrainerData } from "../core/index.ts";
import type { LearningRateScheduler } from "../optim/index.ts";
import type { TrainableModel } from "./contracts.ts";
import type { TrainingEngine, WeightsKind } from "./engine/engine.ts";
import type { Metrics } from "./events.ts";
import type { Progress } from "./fit/progress.ts";
import type { ResolvedTrainerOptions } from "./options.ts";

/** What a callback can see of a test. */
export type TestContext = Pick<FitContext, "model" | "data" | "engine" | "options" | "evaluatedWeights">;

/** Read freely; change nothing but through its functions. */
export interface FitContext {
  readonly model: TrainableModel;
  readonly data: TrainerData;
  readonly engine: TrainingEngine;
  readonly options: ResolvedTrainerOptions;
  readonly scheduler: LearningRateScheduler;
  readonly progress: Readonly<Progress>;
  /** Latest value of everything logged, by full name (`val/acc_top1`). */
  readonly metrics: Metrics;
  /** The weights that validation, the best checkpoint and exports use. */
  readonly evaluatedWeights: WeightsKind;
  /** Batches of a training epoch. */
  readonly trainBatchCount: number;
  /** Which of the processes that train together this is, from 0; the first writes what there is to be written. */
  readonly rank: number;
  /** Number of processes that train together. */
  readonly size: number;
  /** What each process gives, in their order. All of them must ask at the same place. */
  gather<T>(value: T): Promise<T[]>;
  /** Adds values to the row of the epoch in progress. */
  log(metrics: Metrics): void;
  /** Gives values of the step that is reached to the loggers, as a row of kind `step` of their own. */
  logStep(metrics: Metrics): Promise<void>;
  /** Gives a picture, as a PNG file, to the loggers that take pictures. */
  logImage(name: string, png: Uint8Array): Promise<void>;
  /** Ends training behind the epoch in progress (not before `minEpochs` and `minSteps`). */
  stop(reason: string): void;
  /** Ends training behind the optimizer step in progress, as `maxSteps` and `maxSeconds` do: the epoch is closed early. */
  endAtStep(): void;
  /** Writes everything that resuming needs to `path`, atomically, the predecessor kept beside it. */
  saveCheckpoint(path: string): Promise<void>;
  /** Writes the evaluated weights alone to `path`, by PyTorch's names. */
  saveWeights(path: string): Promise<void>;
}
