// What a pruner is: it says whether a trial is worth its next epoch.
import { compareValues, type Direction, type Trial } from "../study/trial.ts";

/** Asked whenever a trial has reported a value; pure: it keeps nothing. */
export interface Pruner {
  /**
   * @param trial the one that has reported last
   * @param trials all of the study, the trial itself among them or not
   */
  prunes(trial: Trial, trials: readonly Trial[], direction: Direction): boolean;
}

/** Never gives up a trial. */
export class NoPruner implements Pruner {
  prunes(): boolean {
    return false;
  }
}

/** The best of some values. @returns NaN where none is finite */
export function bestOf(values: readonly number[], direction: Direction): number {
  return values.reduce(
    (best, value) => (compareValues(value, best, direction) < 0 ? value : best),
    Number.NaN,
  );
}

/** All other trials. */
export const othersOf = (trial: Trial, trials: readonly Trial[]): Trial[] =>
  trials.filter(({ number }) => number !== trial.number);

/** How many steps each completed trial took. */
export const completedSteps = (trials: readonly Trial[]): number[] =>
  trials.flatMap(({ state, reports }) => (state === "completed" ? (reports.at(-1)?.[0] ?? []) : []));
