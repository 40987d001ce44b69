// The trainer: fit, validate, test, checkpoint; the contracts that callbacks and loggers implement.
export {
  type Checkpoint,
  type CheckpointKind,
  hashContent,
  type LoadedCheckpoint,
  loadCheckpoint,
  loadCheckpointOrPrevious,
  previousCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
export type { FitContext, TestContext } from "./context.ts";
export {
  type Batch,
  type BatchSource,
  Callback,
  type DataModule,
  type DataSplit,
  type FitStatus,
  type Json,
  type Logger,
  type LogRow,
  type Stage,
  type StageMetrics,
  type TrainableModel,
} from "./contracts.ts";
export {
  type DurableWriteOptions,
  type FileOperations,
  removeFile,
  removeUnfinished,
  writeDurably,
  writeFailed,
} from "./durable-file.ts";
export { DURATION, DURATION_MESSAGE, secondsOf } from "./duration.ts";
export { type EngineOptions, type ForwardResult, TrainingEngine, type WeightsKind } from "./engine.ts";
export type { BatchResult, EpochTiming, EventOf, EventType, Metrics, TrainingEvent } from "./events.ts";
export { FeatureDataModule, type FeatureSource } from "./feature-data-module.ts";
export { computeFeatures, type Features, onFeatures } from "./features.ts";
export { FineTuning, type FineTuningOptions, fineTuningSchema, separable } from "./fine-tuning.ts";
export { assertResumable } from "./fit-state.ts";
export {
  type LearningRateFinderOptions,
  learningRateRangeTest,
  type RangeTestPoint,
  suggestLearningRate,
} from "./learning-rate-finder.ts";
export {
  describeNonFinite,
  type NonFinite,
  type NonFiniteAction,
  type NonFinitePolicy,
} from "./non-finite.ts";
export { type BatchLimit, limitBatches, type TrainerOptions } from "./options.ts";
export { trainerSchema } from "./options-schema.ts";
export { formatProfile, type Profile, type ProfileEntry, type ProfilerName } from "./profiler.ts";
export { accumulateProgram, applyProgram, type BatchShape, evaluateProgram } from "./programs.ts";
export { type Progress, startOfTraining } from "./progress.ts";
export { layoutState, type ParameterGroup, type StateLayout } from "./state-layout.ts";
export { type FitOptions, type FitResult, Trainer, type TrainerParts } from "./trainer.ts";
export {
  type AveragedFit,
  type AveragedStep,
  WeightAverage,
  type WeightAverageOptions,
  type WeightAveraging,
} from "./weight-average.ts";
