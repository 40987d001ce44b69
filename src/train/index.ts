// The trainer: fit, validate, test, checkpoint; the contracts that callbacks and loggers implement.
export { Callback } from "./callback.ts";
export {
  type Checkpoint,
  type CheckpointKind,
  hashContent,
  type LoadedCheckpoint,
  loadCheckpoint,
  loadCheckpointOrPrevious,
  previousCheckpoint,
  saveCheckpoint,
} from "./checkpoint/checkpoint.ts";

export type { FitContext, TestContext } from "./context.ts";
export type {
  Awaitable,
  FitStatus,
  Json,
  Logger,
  LogRow,
  Stage,
  StageMetrics,
  TrainableModel,
} from "./contracts.ts";
export { DURATION, DURATION_MESSAGE, secondsOf } from "./duration.ts";
export { DataParallel } from "./engine/data-parallel.ts";
export { type ForwardResult, TrainingEngine, type WeightsKind } from "./engine/engine.ts";
export type { EngineOptions } from "./engine/engine-options.ts";
export { FeatureDataModule, type FeatureSource } from "./engine/feature-data-module.ts";
export {
  computeFeatures,
  type FeatureBatch,
  type Features,
  featureBatches,
  onFeatures,
} from "./engine/features.ts";
export { FineTuning, type FineTuningOptions, fineTuningSchema, separable } from "./engine/fine-tuning.ts";
export { onMainProcess } from "./engine/main-process.ts";
export { accumulateProgram, applyProgram, type BatchShape, evaluateProgram } from "./engine/programs.ts";
export { strategyOf } from "./engine/single-process.ts";
export { layoutState, type ParameterGroup, type StateLayout } from "./engine/state-layout.ts";
export type { BatchWeight, ShareResult, Strategy } from "./engine/strategy.ts";
export {
  type AveragedFit,
  type AveragedStep,
  WeightAverage,
  type WeightAverageOptions,
  type WeightAveraging,
  weightAverageSchema,
} from "./engine/weight-average.ts";
export type { BatchResult, EpochTiming, EventOf, EventType, Metrics, TrainingEvent } from "./events.ts";
export { assertResumable } from "./fit/fit-state.ts";
export {
  type LearningRateFinderOptions,
  learningRateRangeTest,
  type RangeTestPoint,
  suggestLearningRate,
} from "./fit/learning-rate-finder.ts";
export {
  describeNonFinite,
  type NonFinite,
  type NonFiniteAction,
  type NonFinitePolicy,
} from "./fit/non-finite.ts";
export { type Progress, startOfTraining } from "./fit/progress.ts";
export {
  type BatchLimit,
  limitBatches,
  type ResolvedTrainerOptions,
  type TrainerOptions,
} from "./options.ts";
export { trainerSchema } from "./options-schema.ts";
export { formatProfile, type Profile, type ProfileEntry, type ProfilerName } from "./profiler.ts";
export { type FitOptions, type FitResult, Trainer, type TrainerParts } from "./trainer.ts";
