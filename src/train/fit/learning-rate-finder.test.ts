import { expect, test } from "vitest";
import { LinearData, LinearModel } from "../../../test/train/linear-problem.ts";
import { AdamW } from "../../optim/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { Trainer } from "../trainer.ts";
import { learningRateRangeTest, type RangeTestPoint, suggestLearningRate } from "./learning-rate-finder.ts";

test("raises the rate until the loss diverges, and leaves no trace", async () => {
  await using trainer = new Trainer({ gradientClipVal: 0 }, { runtime: referenceRuntime });
  const engine = await trainer.open(new LinearModel({ optimizer: () => new AdamW() }));
  const before = await engine.readState();
  const points = await learningRateRangeTest(engine, new LinearData({ name: "lr" }), {
    minLr: 1e-4,
    maxLr: 100,
    steps: 61,
  });
  expect(await engine.readState()).toEqual(before);
  expect(points.length).toBeLessThan(61);
  expect(points[10]!.learningRate).toBeCloseTo(1e-3, 12);
  const best = Math.min(...points.slice(0, -1).map(({ smoothed }) => smoothed));
  expect(points.at(-1)!.smoothed).toBeGreaterThan(4 * best);
  expect(points[1]!.smoothed).toBeCloseTo((0.98 * points[0]!.loss + points[1]!.loss) / 1.98, 12);
});

test("suggests where the smoothed loss falls most steeply, the beginning left out", () => {
  const losses = Array.from({ length: 40 }, (_, i) => 2 - Math.tanh((i - 22) / 4));
  losses[3] = 9;
  // It rises, and a dip there is steeper than anything before.
  losses.push(2, 5, 3, 6, 6);
  const points = losses.map((loss, i): RangeTestPoint => ({ learningRate: i, loss, smoothed: loss }));
  expect(suggestLearningRate(points)).toBe(22);
  expect(suggestLearningRate(points.slice(0, 9))).toBeUndefined();
  expect(suggestLearningRate(points.map((point) => ({ ...point, smoothed: 1 })))).toBeUndefined();
});
