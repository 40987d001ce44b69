// Median pruning: a trial ends whose best value is worse than what half of the completed ones had at its step.
import { compareValues, type Direction, type Trial } from "../study/trial.ts";
import { bestOf, type Pruner } from "./pruner.ts";

/** Optuna's options and defaults. */
export interface PercentileOptions {
  /** Share of the trials that is kept, in percent; default 50: the median. */
  readonly percentile?: number;
  /** Trials that are completed before any is pruned; default 5. */
  readonly startupTrials?: number;
  /** Steps of a trial before it may be pruned; default 0. */
  readonly warmupSteps?: number;
  /** Steps between two looks; default 1. */
  readonly intervalSteps?: number;
  /** Completed trials that must have reached the step; default 1. */
  readonly minTrials?: number;
}

/** Optuna's PercentilePruner, and its MedianPruner where nothing is said. */
export class PercentilePruner implements Pruner {
  readonly #options: Required<PercentileOptions>;

  constructor(options: PercentileOptions = {}) {
    const defaults = { percentile: 50, startupTrials: 5, warmupSteps: 0, intervalSteps: 1, minTrials: 1 };
    this.#options = { ...defaults, ...options };
  }

  prunes({ reports }: Trial, trials: readonly Trial[], direction: Direction): boolean {
    const { percentile, startupTrials, warmupSteps, intervalSteps, minTrials } = this.#options;
    const completed = trials.filter(({ state }) => state === "completed");
    const last = reports.at(-1);
    if (last === undefined || completed.length === 0 || completed.length < startupTrials) return false;
    const [step] = last;
    if (step < warmupSteps) return false;
    const check = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps;
    if ((reports.at(-2)?.[0] ?? -1) >= check) return false;
    const best = bestOf(
      reports.map(([, value]) => value),
      direction,
    );
    if (Number.isNaN(best)) return true;
    const there = completed.flatMap((trial) => {
      const report = trial.reports.find(([at]) => at === step);
      return report === undefined || Number.isNaN(report[1]) ? [] : [report[1]];
    });
    if (there.length < minTrials || there.length === 0) return false;
    const border = quantile(there, (direction === "maximize" ? 100 - percentile : percentile) / 100);
    return compareValues(best, border, direction) > 0;
  }
}

/** Linear between the values on both sides, as numpy's percentile. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}
