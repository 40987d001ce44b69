// Finding good settings: spaces, samplers, pruners and studies.

export { type Importance, parameterImportance } from "./importance/importance.ts";
export { HyperbandPruner } from "./pruners/hyperband-pruner.ts";
export { PatientPruner } from "./pruners/patient-pruner.ts";
export { PercentilePruner } from "./pruners/percentile-pruner.ts";
export { NoPruner, type Pruner } from "./pruners/pruner.ts";
export { SuccessiveHalvingPruner } from "./pruners/successive-halving-pruner.ts";
export { GridSampler } from "./samplers/grid-sampler.ts";
export { RandomSampler } from "./samplers/random-sampler.ts";
export type { SampleRequest, Sampler } from "./samplers/sampler.ts";
export { type TPEOptions, TPESampler } from "./samplers/tpe-sampler.ts";
export {
  type ChoiceParameter,
  type Condition,
  countValues,
  type NumberParameter,
  type Parameter,
  type Point,
  pointKey,
  type Space,
} from "./space/parameter.ts";
export { countPoints, readSpace, type SearchSpace, textOf } from "./space/read-space.ts";
export { isPostgres } from "./stores/open-database.ts";
export type { Patience } from "./stores/patience.ts";
export {
  type Claim,
  type ClaimRequest,
  type Outcome,
  type StoredStudy,
  StudyStore,
} from "./stores/study-store.ts";
export type { StoredTrial } from "./stores/trial-reader.ts";
export { hasEnded, shortWorker, workerName } from "./stores/worker-identity.ts";
export { paretoFront } from "./study/pareto.ts";
export type { StudyDefinition, StudyObjective } from "./study/study.ts";
export { bestTrial, type Direction, type Trial, type TrialState } from "./study/trial.ts";
