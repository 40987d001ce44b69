// However long a training is, its loss so far is a curve of few points, each the mean of as many batches.
import { expect, test } from "vitest";
import { LossCurve } from "./loss-curve.ts";

test("each batch is a point at first; parts of a long training are means of as many batches", () => {
  const curve = new LossCurve();
  const batches = 10_000;
  for (let i = 0; i < batches; i++) {
    curve.add((i + 1) / 4000, { samples: i % 2 === 0 ? 3 : 1, loss: i % 2 === 0 ? 1 : 5 });
    if (i === 1)
      expect(curve.points).toEqual([
        [0.0003, 1],
        [0.0005, 5],
      ]);
  }
  const { points } = curve;
  expect(points.length).toBeGreaterThan(100);
  expect(points.length).toBeLessThan(256);
  // 64 batches: three quarters of the pictures have a loss of 1.
  expect(points[0]).toEqual([0.016, 2]);
  expect(new Set(points.map(([, loss]) => loss))).toEqual(new Set([2]));
  const [last] = points.at(-1)!;
  expect(batches / 4000 - last).toBeLessThan(64 / 4000);
});

test("what is no number is left out", () => {
  const curve = new LossCurve();
  for (const loss of [Number.NaN, 2]) curve.add(1, { samples: 1, loss });
  expect(curve.points).toEqual([
    [1, null],
    [1, 2],
  ]);
});
