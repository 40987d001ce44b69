// Asynchronous successive halving (ASHA, Li et al. 2020): at each rung the best share of the trials goes on.
import { compareValues, type Direction, type Trial } from "../study/trial.ts";
import { completedSteps, othersOf, type Pruner } from "./pruner.ts";

/** Optuna's options and defaults. */
export interface SuccessiveHalvingOptions {
  /** Steps of the first rung; "auto" (default): a hundredth of the longest completed trial's. */
  readonly minResource?: number | "auto";
  /** One of so many goes on, for so many times the steps; default 4. */
  readonly reductionFactor?: number;
  /** Rungs that are left out at the beginning; default 0. */
  readonly minEarlyStoppingRate?: number;
  /** Trials that a rung must have had before any goes on from it; default 0. */
  readonly bootstrapCount?: number;
}

/** Optuna's SuccessiveHalvingPruner. */
export class SuccessiveHalvingPruner implements Pruner {
  readonly #options: Required<SuccessiveHalvingOptions>;

  constructor(options: SuccessiveHalvingOptions = {}) {
    const defaults = {
      minResource: "auto",
      reductionFactor: 4,
      minEarlyStoppingRate: 0,
      bootstrapCount: 0,
    } as const;
    this.#options = { ...defaults, ...options };
  }

  prunes(trial: Trial, trials: readonly Trial[], direction: Direction): boolean {
    const { reductionFactor, minEarlyStoppingRate, bootstrapCount } = this.#options;
    const first = this.#firstRung(trials);
    const step = trial.reports.at(-1)?.[0];
    if (first === undefined || step === undefined) return false;
    for (let rung = 0; ; rung++) {
      const at = first * reductionFactor ** (minEarlyStoppingRate + rung);
      if (step < at) return false;
      const value = valueAtRung(trial, at);
      // Rungs that were passed before have been decided about.
      if (value === undefined || (trial.reports.at(-2)?.[0] ?? 0) >= at) continue;
      if (!Number.isFinite(value)) return true;
      const competing = othersOf(trial, trials).flatMap((other) => valueAtRung(other, at) ?? []);
      competing.push(value);
      if (competing.length <= bootstrapCount) return true;
      const promoted = Math.max(1, Math.floor(competing.length / reductionFactor));
      competing.sort((a, b) => compareValues(a, b, direction));
      if (compareValues(value, competing[promoted - 1]!, direction) > 0) return true;
    }
  }

  #firstRung(trials: readonly Trial[]): number | undefined {
    const { minResource } = this.#options;
    if (minResource !== "auto") return minResource;
    const steps = completedSteps(trials);
    return steps.length === 0 ? undefined : Math.max(1, Math.floor(Math.max(...steps) / 100));
  }
}

/** What a trial had when it came to a rung; undefined where it has not got there. */
function valueAtRung({ reports }: Trial, at: number): number | undefined {
  return reports.find(([step]) => step >= at)?.[1];
}
