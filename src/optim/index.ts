// Optimizers as graph updates, gradient clipping and learning-rate schedules.
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { clipGradients, type GradientClipping, globalNorm } from "./clipping.ts";
export type { Optimizer, OptimizerState, UpdateContext, UpdateResult } from "./optimizer.ts";
export {
  constantRate,
  type LearningRateSchedule,
  type WarmupCosineOptions,
  warmupCosine,
} from "./schedule.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
