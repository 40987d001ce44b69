// The part of a checkpoint that is not tensors: progress, running loss and callbacks' state.
import { ClassifierTrainingError } from "../core/index.ts";
import type { Callback, Json } from "./contracts.ts";
import type { Progress } from "./progress.ts";
import type { RunningMean } from "./running-mean.ts";

/** What of a fit goes into a checkpoint beside tensors. */
export interface FitParts {
  readonly progress: Progress;
  readonly trainLoss: RunningMean;
  readonly callbacks: readonly Callback[];
  /** Latest logged values. */
  readonly metrics: Record<string, number>;
  /** What must be the same when the run is resumed, by name. */
  readonly identity: Readonly<Record<string, Json>>;
}

interface SavedFit {
  readonly progress: Progress;
  readonly trainLoss: readonly [number, number];
  readonly callbacks: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly identity: Readonly<Record<string, Json>>;
}

export function saveFit(parts: FitParts): Json {
  const saved: SavedFit = {
    progress: parts.progress,
    trainLoss: parts.trainLoss.state(),
    callbacks: Object.fromEntries(
      parts.callbacks.flatMap((callback) => {
        const state = callback.state();
        return state === undefined ? [] : [[callback.stateKey, state]];
      }),
    ),
    // JSON has no NaN and no infinities.
    metrics: Object.fromEntries(
      Object.entries(parts.metrics).map(([name, value]) => [
        name,
        Number.isFinite(value) ? value : String(value),
      ]),
    ),
    identity: parts.identity,
  };
  return saved as unknown as Json;
}

/**
 * Puts a saved fit back.
 * @throws ClassifierTrainingError kind "usage" `RESUME_MISMATCH` where the run is not the one that was saved.
 */
export function restoreFit(state: Json, parts: FitParts): void {
  const saved = state as unknown as SavedFit;
  checkIdentity(saved.identity, parts.identity);
  Object.assign(parts.progress, saved.progress);
  parts.trainLoss.loadState(saved.trainLoss);
  for (const [name, value] of Object.entries(saved.metrics)) parts.metrics[name] = Number(value);
  for (const callback of parts.callbacks) {
    const own = saved.callbacks[callback.stateKey];
    if (own !== undefined) callback.loadState(own);
  }
}

function checkIdentity(saved: Readonly<Record<string, Json>>, current: Readonly<Record<string, Json>>): void {
  const differences = Object.keys({ ...saved, ...current })
    .filter((key) => JSON.stringify(saved[key]) !== JSON.stringify(current[key]))
    .map((key) => `${key} was ${brief(saved[key])}, is ${brief(current[key])}`);
  if (differences.length === 0) return;
  throw new ClassifierTrainingError(
    "usage",
    "RESUME_MISMATCH",
    `the checkpoint belongs to another run: ${differences.join("; ")}`,
    { hint: "resume with the configuration and data of that run, or start a new one without ckpt" },
  );
}

function brief(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
