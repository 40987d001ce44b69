// Patience with another pruner: a trial that still gets better is not given up.
import { compareValues, type Direction, type Trial } from "../study/trial.ts";
import { bestOf, type Pruner } from "./pruner.ts";

/** Optuna's options. */
export interface PatientOptions {
  /** Reports without improvement before the other pruner is asked. */
  readonly patience: number;
  /** A change must be larger than this to count; default 0. */
  readonly minDelta?: number;
}

/** Optuna's PatientPruner. */
export class PatientPruner implements Pruner {
  readonly #inner: Pruner | undefined;
  readonly #options: Required<PatientOptions>;

  /** @param inner undefined: a trial that has stopped getting better ends */
  constructor(inner: Pruner | undefined, { patience, minDelta = 0 }: PatientOptions) {
    this.#inner = inner;
    this.#options = { patience, minDelta };
  }

  prunes(trial: Trial, trials: readonly Trial[], direction: Direction): boolean {
    const { patience, minDelta } = this.#options;
    const values = trial.reports.map(([, value]) => value);
    if (values.length <= patience + 1) return false;
    const before = bestOf(values.slice(0, -patience - 1), direction);
    const after = bestOf(values.slice(-patience - 1), direction);
    const border = direction === "minimize" ? before + minDelta : before - minDelta;
    if (compareValues(border, after, direction) >= 0) return false;
    return this.#inner?.prunes(trial, trials, direction) ?? true;
  }
}
