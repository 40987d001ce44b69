// The part of a checkpoint that is not tensors: progress, running loss and callbacks' state.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { LossScaler, LossScalerState } from "../../optim/index.ts";
import type { Callback } from "../callback.ts";
import type { LoadedCheckpoint } from "../checkpoint/checkpoint.ts";
import type { Json } from "../contracts.ts";
import type { FitAverage } from "./fit-average.ts";
import type { FitSchedule, FitScheduleState } from "./fit-schedule.ts";
import type { Progress } from "./progress.ts";
import type { RunningMean } from "./running-mean.ts";

/** What of a fit goes into a checkpoint beside tensors. */
export interface FitParts {
  readonly progress: Progress;
  readonly trainLoss: RunningMean;
  readonly schedule: FitSchedule;
  readonly average: FitAverage;
  readonly callbacks: readonly Callback[];
  /** Latest logged values. */
  readonly metrics: Record<string, number>;
  /** What has been logged for the row of the epoch in progress. */
  readonly row: Record<string, number>;
  /** What must be the same when the run is resumed, by name. */
  readonly identity: Readonly<Record<string, Json>>;
  /** In precision `16-mixed`. */
  readonly scaler: LossScaler | undefined;
  /** Samples of a full training batch, of all processes, where that is known. */
  readonly batchSize: number | undefined;
  /** How many train together. */
  readonly processes: number;
}

/** JSON has no NaN and no infinities: they are written as text. */
type SavedNumbers = Readonly<Record<string, number | string>>;

interface SavedFit {
  readonly progress: Progress;
  readonly trainLoss: readonly [number, number];
  readonly schedule: FitScheduleState;
  readonly callbacks: Readonly<Record<string, Json>>;
  readonly metrics: SavedNumbers;
  readonly row: SavedNumbers;
  readonly identity: Readonly<Record<string, Json>>;
  readonly lossScaler?: LossScalerState;
  readonly batchSize?: number;
  /** Absent: one. */
  readonly processes?: number;
}

/** The state as JSON; `restoreFit` takes it back. Numbers that JSON lacks, NaN and infinities, survive it. */
export function saveFit(parts: FitParts): Json {
  const saved: SavedFit = {
    progress: parts.progress,
    trainLoss: parts.trainLoss.state(),
    schedule: parts.schedule.state(),
    callbacks: Object.fromEntries(
      parts.callbacks.flatMap((callback) => {
        const state = callback.state();
        return state === undefined ? [] : [[callback.stateKey, state]];
      }),
    ),
    metrics: saveNumbers(parts.metrics),
    row: saveNumbers(parts.row),
    identity: parts.identity,
    ...(parts.processes === 1 ? {} : { processes: parts.processes }),
    ...(parts.batchSize === undefined ? {} : { batchSize: parts.batchSize }),
    ...(parts.scaler === undefined ? {} : { lossScaler: parts.scaler.state() }),
  };
  return saved as unknown as Json;
}

/**
 * Puts a saved fit back.
 * @throws ClassifierTrainingError kind "usage" `RESUME_AVERAGE` where the average would have been begun at another epoch
 */
export function restoreFit({ state, path }: Pick<LoadedCheckpoint, "state" | "path">, parts: FitParts): void {
  const saved = state as unknown as SavedFit;
  Object.assign(parts.progress, saved.progress);
  // Batches of another size: as many of them as have the same samples.
  const { batchSize = saved.batchSize } = parts;
  if (saved.batchSize !== undefined && batchSize !== saved.batchSize)
    parts.progress.batch = Math.ceil((parts.progress.batch * saved.batchSize) / batchSize!);
  parts.trainLoss.loadState(saved.trainLoss);
  parts.average.checkPlan(saved.schedule.plan, parts.progress);
  parts.schedule.loadState(saved.schedule, parts.progress);
  if (saved.lossScaler !== undefined) parts.scaler?.loadState(saved.lossScaler);
  loadNumbers(saved.metrics, parts.metrics);
  loadNumbers(saved.row, parts.row);
  for (const callback of parts.callbacks) {
    const own = saved.callbacks[callback.stateKey];
    if (own !== undefined) callback.loadState(own, path);
  }
}

function saveNumbers(numbers: Readonly<Record<string, number>>): SavedNumbers {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
  );
}

function loadNumbers(saved: SavedNumbers, numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(saved)) numbers[name] = Number(value);
}

/** Differences that are told; there may be dozens. */
const MOST_DIFFERENCES = 8;

/**
 * Checks that a checkpoint is one of the run that `identity` describes.
 * @throws ClassifierTrainingError kind "usage": `RESUME_WEIGHTS` where it holds no run, `RESUME_MISMATCH` with what differs
 */
export function assertResumable(
  { kind, state, path }: LoadedCheckpoint,
  identity: Readonly<Record<string, Json>>,
): void {
  if (kind !== "training") {
    throw new ClassifierTrainingError("usage", "RESUME_WEIGHTS", "this file holds weights alone, not a run", {
      where: path,
      hint: "resume from last.safetensors",
    });
  }
  const saved = (state as unknown as SavedFit).identity;
  const differences = Object.keys({ ...saved, ...identity })
    .filter((key) => identified(saved[key]) !== identified(identity[key]))
    .map((key) => `${key} was ${brief(saved[key])}, is ${brief(identity[key])}`);
  if (differences.length === 0) return;
  const more = differences.length - MOST_DIFFERENCES;
  const told = [...differences.slice(0, MOST_DIFFERENCES), ...(more > 0 ? [`and ${more} more`] : [])];
  throw new ClassifierTrainingError(
    "usage",
    "RESUME_MISMATCH",
    `the checkpoint belongs to another run: ${told.join("; ")}`,
    {
      where: path,
      hint: "resume with the configuration and data of that run, or start a new one without ckpt",
    },
  );
}

/** What is compared. A setting that is null is none: the version that saved the run may not have had it yet. */
function identified(value: Json | undefined): string | undefined {
  return value === null || value === "null" ? undefined : JSON.stringify(value);
}

function brief(value: Json | undefined): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
