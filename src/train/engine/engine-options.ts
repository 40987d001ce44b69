// What an engine is told: what is trained, how, and in which runtime.
import {
  type GradientClipping,
  LossScaler,
  type LossScalerOptions,
  type Optimizer,
} from "../../optim/index.ts";
import type { Runtime, SessionOptions } from "../../runtime/contract.ts";
import type { FineTuning } from "./fine-tuning.ts";
import type { LossModel } from "./programs.ts";

/** What is trained, how, and in which runtime. */
export interface EngineOptions extends Omit<SessionOptions, "storages"> {
  readonly runtime: Runtime;
  readonly model: LossModel;
  readonly optimizer: Optimizer;
  /** Seed of the first weights. */
  readonly seed: number;
  /** Default: none. */
  readonly clipping?: GradientClipping | undefined;
  /** Micro-batches of an optimizer step; default 1. */
  readonly accumulate?: number;
  /** Which parameters are trained when, and how; default: all, alike. */
  readonly fineTuning?: FineTuning | undefined;
  /** Keep an exponential moving average of the weights; default false. */
  readonly average?: boolean;
  /** Whether batch norm takes the statistics of all processes of `collective`; default false. */
  readonly syncBatchnorm?: boolean | undefined;
  /** How losses are scaled in precision `16-mixed`; in others they are not. */
  readonly lossScaling?: LossScalerOptions | undefined;
}

/** What may be given of an optimizer step beside its learning rate. */
export interface StepScalars {
  /** Instead of the optimizer's own. */
  readonly momentum?: number | undefined;
  /** What the average keeps of itself, where weights are averaged. */
  readonly averageDecay?: number | undefined;
  /** Learning rate of each parameter group; default: `learningRate` times the group's scale. */
  readonly groupRates?: readonly number[] | undefined;
}

/** What scales the loss, in precision `16-mixed`. */
export function newScaler({ precision, lossScaling }: EngineOptions): LossScaler | undefined {
  return precision === "16-mixed" ? new LossScaler(lossScaling) : undefined;
}
