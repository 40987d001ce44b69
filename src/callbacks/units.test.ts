// The small parts that callbacks share.
import { expect, test } from "vitest";
import { float32, hostTensor } from "../core/index.ts";
import type { FitContext } from "../train/index.ts";
import { BestEpoch } from "./best-epoch.ts";
import type { MonitorMode } from "./monitor.ts";
import { predictionsOf } from "./pictures/batch-predictions.ts";
import { DrawingBudget } from "./pictures/drawing-budget.ts";

const directions: Readonly<Record<string, "higher" | "lower" | "none">> = {
  acc_top1: "higher",
  ece: "lower",
  support: "none",
};
const context = {
  model: { metrics: { val: { direction: (name: string) => directions[name] } } },
} as unknown as Pick<FitContext, "model">;

test("best epoch: of equals the oldest, never one that is not finite", () => {
  const best = new BestEpoch("Some");
  const scores = [0.5, 0.5, Number.NaN, 0.7, 0.6];
  expect(scores.map((score) => best.update({ "val/acc_top1": score }, context))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
  const resumed = new BestEpoch("Some");
  resumed.load(best.state());
  expect(resumed.update({ "val/acc_top1": 0.7 }, context)).toBe(false);
  expect(resumed.update({ "val/acc_top1": 0.8 }, context)).toBe(true);
});

test("best epoch: without the value the latest, without a mode as the metric is better", () => {
  const unlogged = new BestEpoch("Some");
  expect([unlogged.update({}, context), unlogged.update({}, context)]).toEqual([true, true]);
  const better = (monitor: string, mode: MonitorMode | null, values: readonly number[]): boolean[] => {
    const best = new BestEpoch("Some", { monitor, mode });
    return values.map((value) => best.update({ [monitor]: value }, context));
  };
  expect(better("val/loss", null, [2, 3, 1])).toEqual([true, false, true]);
  expect(better("val/ece", null, [2, 3, 1])).toEqual([true, false, true]);
  expect(better("val/acc_top1", null, [2, 3, 1])).toEqual([true, true, false]);
  expect(better("val/acc_top1", "min", [2, 3, 1])).toEqual([true, false, true]);
  expect(() => better("val/support", null, [2, 3])).toThrow(/support is better high or low/);
});

test("predictions: class, probability and cross-entropy, once for a batch", () => {
  const batch = {
    batch: {
      images: float32([3, 1], [0, 0, 0]),
      labels: hostTensor("int32", [3], Int32Array.of(0, 1, 1)),
      indices: [0, 1, 2],
    },
    logits: float32([3, 2], [Math.log(3), 0, 0, 0, 1000, 0]),
  };
  const { predicted, confidence, loss } = predictionsOf(batch);
  expect([...predicted]).toEqual([0, 0, 0]);
  expect(confidence[0]).toBeCloseTo(0.75, 6);
  expect(loss[0]).toBeCloseTo(-Math.log(0.75), 6);
  expect(loss[1]).toBeCloseTo(Math.log(2), 6);
  expect(loss[2]).toBeCloseTo(1000, 3);
  expect(predictionsOf({ ...batch })).toBe(predictionsOf(batch));
});

test("drawing budget: all drawing together stays below its share", async () => {
  let now = 0;
  const budget = new DrawingBudget(0.01, () => now);
  expect(budget.allows(99)).toBe(false);
  expect(budget.allows(100)).toBe(true);
  await budget.spend(async () => {
    now += 2000;
  });
  expect(budget.allows(300)).toBe(false);
  expect(budget.allows(400)).toBe(true);
});
