// What is known of the trials of a study: what was chosen, how far they have come, and what came of them.
import type { Point } from "../space/parameter.ts";

/** Whether a smaller or a larger value of an objective is better. */
export type Direction = "minimize" | "maximize";

/**
 * `waiting`: begun and given back, to be gone on with; `running`: a worker has it; `pruned`: given up as it was not
 * promising; `failed`: it ended with an error, or its workers have died too often.
 */
export type TrialState = "waiting" | "running" | "completed" | "pruned" | "failed";

/** One point of the space and what came of it. */
export interface Trial {
  /** From 0, in the order in which they began. */
  readonly number: number;
  readonly state: TrialState;
  readonly point: Point;
  /** One for each objective; undefined unless it is completed. */
  readonly values: readonly number[] | undefined;
  /** The first objective on the way, by step from 1, in the order of steps. */
  readonly reports: readonly (readonly [step: number, value: number])[];
}

/** Below 0 where `a` is better; what is not finite is worst. */
export function compareValues(a: number, b: number, direction: Direction): number {
  const [left, right] = [a, b].map((value) =>
    !Number.isFinite(value) ? Number.POSITIVE_INFINITY : direction === "minimize" ? value : -value,
  ) as [number, number];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The best completed trial by the first objective, of equal ones the oldest. */
export function bestTrial(trials: readonly Trial[], direction: Direction): Trial | undefined {
  const done = trials.filter(({ state, values }) => state === "completed" && Number.isFinite(values?.[0]));
  return done.reduce<Trial | undefined>(
    (best, trial) =>
      best === undefined || compareValues(trial.values![0]!, best.values![0]!, direction) < 0 ? trial : best,
    undefined,
  );
}
