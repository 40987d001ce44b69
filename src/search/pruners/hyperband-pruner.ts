// Hyperband (Li et al. 2018): trials are shared out to brackets of successive halving that begin at different rungs.
import { fnv1a } from "../../core/index.ts";
import type { Direction, Trial } from "../study/trial.ts";
import { completedSteps, type Pruner } from "./pruner.ts";
import { SuccessiveHalvingPruner } from "./successive-halving-pruner.ts";

/** Optuna's options and defaults. */
export interface HyperbandOptions {
  /** Steps of the first rung of the keenest bracket; default 1. */
  readonly minResource?: number;
  /** Steps of a whole trial; "auto" (default): those of the longest completed one, before which nothing is pruned. */
  readonly maxResource?: number | "auto";
  /** One of so many goes on, for so many times the steps; default 3. */
  readonly reductionFactor?: number;
  /** Trials that a rung must have had before any goes on from it; default 0. */
  readonly bootstrapCount?: number;
}

/** Optuna's HyperbandPruner; which bracket a trial belongs to follows from its number. */
export class HyperbandPruner implements Pruner {
  readonly #options: Required<HyperbandOptions>;

  constructor(options: HyperbandOptions = {}) {
    const defaults = { minResource: 1, maxResource: "auto", reductionFactor: 3, bootstrapCount: 0 } as const;
    this.#options = { ...defaults, ...options };
  }

  prunes(trial: Trial, trials: readonly Trial[], direction: Direction): boolean {
    const budgets = this.#budgets(trials);
    if (budgets === undefined) return false;
    const bracket = bracketOf(trial, budgets);
    const { minResource, reductionFactor, bootstrapCount } = this.#options;
    const pruner = new SuccessiveHalvingPruner({
      minResource,
      reductionFactor,
      bootstrapCount,
      minEarlyStoppingRate: bracket,
    });
    const rivals = trials.filter((other) => bracketOf(other, budgets) === bracket);
    return pruner.prunes(trial, rivals, direction);
  }

  /** Shares of the trials by bracket; undefined while it is not known how long a trial is. */
  #budgets(trials: readonly Trial[]): number[] | undefined {
    const { minResource, maxResource, reductionFactor } = this.#options;
    const most = maxResource === "auto" ? Math.max(...completedSteps(trials), 0) : maxResource;
    if (most < 1) return undefined;
    // A little above, so that a power of the factor is not missed by a rounding.
    const count =
      Math.floor(Math.log(Math.max(1, most / minResource)) / Math.log(reductionFactor) + 1e-9) + 1;
    return Array.from({ length: count }, (_, bracket) => {
      const rungs = count - 1 - bracket;
      return Math.ceil((count * reductionFactor ** rungs) / (rungs + 1));
    });
  }
}

function bracketOf({ number }: Trial, budgets: readonly number[]): number {
  let left = fnv1a(`bracket ${number}`) % budgets.reduce((sum, budget) => sum + budget, 0);
  return budgets.findIndex((budget) => {
    left -= budget;
    return left < 0;
  });
}
