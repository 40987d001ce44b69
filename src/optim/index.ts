// Optimizers as graph updates, gradient clipping and learning-rate schedulers.
export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { clipGradients, type GradientClipping, globalNorm } from "./clipping.ts";
export { LossScaler, type LossScalerOptions, type LossScalerState } from "./loss-scaler.ts";
export { NAdam, type NAdamOptions } from "./nadam.ts";
export type { Optimizer, OptimizerState, UpdateContext, UpdateResult } from "./optimizer.ts";
export { RAdam, type RAdamOptions } from "./radam.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { Schedule, type ScheduleState } from "./schedule.ts";
export {
  LearningRateScheduler,
  type ScheduledGroup,
  type SchedulerState,
  type SchedulerStep,
  type SchedulerTiming,
} from "./scheduler.ts";
export * from "./schedulers/index.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
