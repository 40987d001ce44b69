// What a fit is made of.

import type { TrainerData } from "../../core/index.ts";
import type { LearningRateScheduler } from "../../optim/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { Callback } from "../callback.ts";
import type { Json, Logger, TrainableModel } from "../contracts.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { WeightAveraging } from "../engine/weight-average.ts";
import type { ResolvedTrainerOptions } from "../options.ts";
import type { EpochPlan } from "./epoch-plan.ts";
import type { NonFinitePolicy } from "./non-finite.ts";

/** All parts, put together by the trainer; the loop makes none of them. */
export interface FitLoopParts {
  readonly model: TrainableModel;
  readonly data: TrainerData;
  readonly plan: EpochPlan;
  readonly engine: TrainingEngine;
  readonly options: ResolvedTrainerOptions;
  readonly scheduler: LearningRateScheduler;
  /** In the order in which their hooks run. */
  readonly callbacks: readonly Callback[];
  readonly loggers: readonly Logger[];
  readonly average: WeightAveraging | undefined;
  /** Default: what is not finite ends the fit. */
  readonly nonFinitePolicy: NonFinitePolicy | undefined;
  readonly strategy: Strategy;
  /** The processes that train together. */
  readonly collective: Collective;
  readonly identity: Readonly<Record<string, Json>>;
  readonly signal: AbortSignal | undefined;
}
