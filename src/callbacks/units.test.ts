// The small parts that callbacks share.
import { expect, test } from "vitest";
import { float32, hostTensor } from "../core/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import { BestEpoch } from "./best-epoch.ts";
import { DrawingBudget } from "./drawing-budget.ts";

test("best epoch: of equals the oldest, never one that is not finite", () => {
  const best = new BestEpoch();
  const scores = [0.5, 0.5, Number.NaN, 0.7, 0.6];
  expect(scores.map((score) => best.update({ "val/acc_top1": score }))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
  const resumed = new BestEpoch();
  resumed.load(best.state());
  expect(resumed.update({ "val/acc_top1": 0.7 })).toBe(false);
  expect(resumed.update({ "val/acc_top1": 0.8 })).toBe(true);
});

test("best epoch: without the value the latest, with mode min the smallest", () => {
  const unlogged = new BestEpoch();
  expect([unlogged.update({}), unlogged.update({})]).toEqual([true, true]);
  const lowest = new BestEpoch({ monitor: "val/loss", mode: "min" });
  expect([2, 3, 1].map((loss) => lowest.update({ "val/loss": loss }))).toEqual([true, false, true]);
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
