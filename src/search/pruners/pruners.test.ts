import { expect, test } from "vitest";
import type { Direction, Trial, TrialState } from "../study/trial.ts";
import { HyperbandPruner } from "./hyperband-pruner.ts";
import { PatientPruner } from "./patient-pruner.ts";
import { PercentilePruner } from "./percentile-pruner.ts";
import type { Pruner } from "./pruner.ts";
import { SuccessiveHalvingPruner } from "./successive-halving-pruner.ts";

const trial = (number: number, values: readonly number[], state: TrialState = "completed"): Trial => ({
  number,
  state,
  point: {},
  values: state === "completed" ? [values.at(-1)!] : undefined,
  reports: values.map((value, i) => [i + 1, value] as const),
});

/** Trains curves one after another; returns the epochs that each got. */
function epochs(
  pruner: Pruner,
  curves: readonly (readonly number[])[],
  direction: Direction = "maximize",
): number[] {
  const trials: Trial[] = [];
  return curves.map((curve, number) => {
    for (let step = 1; step <= curve.length; step++) {
      const running = trial(number, curve.slice(0, step), "running");
      if (!pruner.prunes(running, [...trials, running], direction)) continue;
      trials.push({ ...running, state: "pruned" });
      return step;
    }
    trials.push(trial(number, curve));
    return curve.length;
  });
}

const flat = (value: number, length = 8): number[] => new Array<number>(length).fill(value);

test("median: after the startup, what is below the median at its step ends", () => {
  const curves = [0.1, 0.2, 0.3, 0.4, 0.5, 0.25, 0.35].map((value) => flat(value));
  expect(epochs(new PercentilePruner(), curves)).toEqual([8, 8, 8, 8, 8, 1, 8]);
  expect(epochs(new PercentilePruner({ warmupSteps: 3 }), curves)).toEqual([8, 8, 8, 8, 8, 3, 8]);
  expect(epochs(new PercentilePruner({ percentile: 25 }), curves)).toEqual([8, 8, 8, 8, 8, 1, 1]);
  const losses = curves.map((curve) => curve.map((value) => -value));
  expect(epochs(new PercentilePruner(), losses, "minimize")).toEqual([8, 8, 8, 8, 8, 1, 8]);
});

test("median: the best value so far counts, one that is no number ends the trial", () => {
  const history = [1, 2, 3, 4, 5].map((n) => trial(n, flat(n / 10)));
  const pruner = new PercentilePruner();
  expect(pruner.prunes(trial(9, [0.9, 0.1], "running"), history, "maximize")).toBe(false);
  expect(pruner.prunes(trial(9, [Number.NaN], "running"), history, "maximize")).toBe(true);
  expect(pruner.prunes(trial(9, [0.1], "running"), [], "maximize")).toBe(false);
});

test("successive halving: at each rung one of so many goes on", () => {
  const pruner = new SuccessiveHalvingPruner({ minResource: 1, reductionFactor: 2 });
  // Rungs at 1, 2, 4 and 8.
  expect(
    epochs(
      pruner,
      [0.5, 0.4, 0.6, 0.55, 0.7].map((value) => flat(value)),
    ),
  ).toEqual([8, 1, 8, 2, 8]);
  const keen = new SuccessiveHalvingPruner({ minResource: 1, reductionFactor: 2, bootstrapCount: 2 });
  expect(
    epochs(
      keen,
      [0.5, 0.6, 0.7].map((value) => flat(value)),
    ),
  ).toEqual([1, 1, 2]);
  const late = new SuccessiveHalvingPruner({ minResource: 1, reductionFactor: 2, minEarlyStoppingRate: 2 });
  expect(epochs(late, [flat(0.5), flat(0.4)])).toEqual([8, 4]);
  expect(epochs(new SuccessiveHalvingPruner(), [flat(0.5), flat(0.4), flat(0.6)])).toEqual([8, 1, 8]);
});

test("a trial that is resumed at a rung that it has passed is not asked again", () => {
  const pruner = new SuccessiveHalvingPruner({ minResource: 1, reductionFactor: 2 });
  const better = [trial(0, flat(0.9, 3)), trial(1, flat(0.8, 3))];
  expect(pruner.prunes(trial(2, [0.1], "running"), better, "maximize")).toBe(true);
  expect(pruner.prunes(trial(2, [0.1, 0.1, 0.1], "running"), better, "maximize")).toBe(false);
});

test("hyperband: brackets differ in how early they prune, and all are used", () => {
  const curves = Array.from({ length: 60 }, (_, i) => flat(i === 0 ? 0.99 : 0.9 - i / 1000, 9));
  const lengths = epochs(new HyperbandPruner({ maxResource: 9 }), curves);
  expect(new Set(lengths)).toEqual(new Set([1, 3, 9]));
  expect(lengths.filter((length) => length === 1).length).toBeGreaterThan(
    lengths.filter((length) => length === 3).length,
  );
  expect(epochs(new HyperbandPruner(), [flat(0.5), flat(0.1), flat(0.1), flat(0.1)])[0]).toBe(8);
});

test("patience: while a trial gets better the other pruner is not asked", () => {
  const always: Pruner = { prunes: () => true };
  const pruner = new PatientPruner(always, { patience: 2 });
  expect(epochs(pruner, [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]])).toEqual([6]);
  expect(epochs(pruner, [[0.1, 0.2, 0.3, 0.2, 0.2, 0.2, 0.2]])).toEqual([6]);
  expect(
    epochs(new PatientPruner(undefined, { patience: 1, minDelta: 0.05 }), [[0.5, 0.51, 0.52, 0.4, 0.4, 0.4]]),
  ).toEqual([5]);
  expect(epochs(new PatientPruner({ prunes: () => false }, { patience: 0 }), [flat(0.1)])).toEqual([8]);
});
