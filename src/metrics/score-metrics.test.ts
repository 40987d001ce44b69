// The metrics of probabilities that the golden data has no values of, and options of the ranking metrics.
import { describe, expect, test } from "vitest";
import { float32 } from "../core/index.ts";
import {
  MulticlassAUROC,
  MulticlassAveragePrecision,
  MulticlassBrierScore,
  MulticlassCalibrationError,
  MulticlassLogLoss,
} from "./index.ts";

describe("Brier score", () => {
  test("is 0 for certainty that is right, 2 for certainty that is wrong", () => {
    const brier = new MulticlassBrierScore({ numClasses: 3 });
    brier.update(float32([1, 3], [0, 1, 0]), Int32Array.of(1));
    expect(brier.compute()).toBe(0);
    brier.update(float32([1, 3], [0, 1, 0]), Int32Array.of(0));
    expect(brier.compute()).toBe(1);
  });

  test("of a mixed row, by hand", () => {
    const brier = new MulticlassBrierScore({ numClasses: 3 });
    brier.update(float32([1, 3], [0.5, 0.25, 0.25]), Int32Array.of(0));
    expect(brier.compute()).toBe(0.375);
  });
});

describe("log loss", () => {
  test("of probabilities and of the logits they came from is the same", () => {
    const [a, b] = [0, 1].map(() => new MulticlassLogLoss({ numClasses: 4 }));
    a!.update(float32([2, 4], [0.1, 0.2, 0.3, 0.4, 0.25, 0.25, 0.25, 0.25]), Int32Array.of(3, 0));
    b!.update(float32([2, 4], [...[0.1, 0.2, 0.3, 0.4].map(Math.log), 7, 7, 7, 7]), Int32Array.of(3, 0));
    expect(a!.compute()).toBeCloseTo((-Math.log(0.4) - Math.log(0.25)) / 2, 6);
    expect(b!.compute()).toBeCloseTo(a!.compute(), 6);
  });

  test("large logits lose nothing, a probability of 0 costs -log of float32 epsilon", () => {
    const logits = new MulticlassLogLoss({ numClasses: 2 });
    logits.update(float32([1, 2], [500, -500]), Int32Array.of(1));
    expect(logits.compute()).toBe(1000);
    const certain = new MulticlassLogLoss({ numClasses: 2 });
    certain.update(float32([1, 2], [1, 0]), Int32Array.of(1));
    expect(certain.compute()).toBeCloseTo(23 * Math.LN2, 12);
  });
});

test("without data the means are NaN", () => {
  for (const metric of [MulticlassBrierScore, MulticlassLogLoss, MulticlassCalibrationError]) {
    expect(new metric({ numClasses: 2 }).compute()).toBeNaN();
  }
});

test("a confidence of exactly 1 has its own bin", () => {
  const error = new MulticlassCalibrationError({ numClasses: 2, nBins: 2, norm: "max" });
  error.update(float32([2, 2], [1, 0, 0.25, 0.75]), Int32Array.of(1, 1));
  expect(error.accumulator.bins()).toEqual([
    { count: 0, confidence: 0, accuracy: 0 },
    { count: 1, confidence: 0.75, accuracy: 1 },
    { count: 1, confidence: 1, accuracy: 0 },
  ]);
  expect(error.compute()).toBe(1);
});

describe("ranking metrics", () => {
  const scores = float32([4, 2], [0.9, 0.1, 0.4, 0.6, 0.65, 0.35, 0.2, 0.8]);
  const labels = Int32Array.of(0, 0, 1, 1);

  test("AUROC is the share of ordered pairs", () => {
    const auroc = new MulticlassAUROC({ numClasses: 2, average: "none" });
    auroc.update(scores, labels);
    expect([...auroc.compute()]).toEqual([0.75, 0.75]);
  });

  test("many thresholds come near to the exact value, in bounded memory", () => {
    const binned = new MulticlassAUROC({ numClasses: 2, thresholds: 500 });
    for (let i = 0; i < 50; i++) binned.update(scores, labels);
    expect(binned.compute()).toBeCloseTo(0.75, 6);
    expect(Object.values(binned.state()).map(({ shape }) => shape)).toEqual([
      [2, 501],
      [2, 501],
    ]);
  });

  test("an absent class: AUROC 0 in the mean, average precision left out of it", () => {
    const three = float32([4, 3], [0.8, 0.1, 0.1, 0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.2, 0.7, 0.1]);
    const labelsOfThree = Int32Array.of(0, 0, 1, 1);
    const auroc = new MulticlassAUROC({ numClasses: 3 });
    const precision = new MulticlassAveragePrecision({ numClasses: 3 });
    auroc.update(three, labelsOfThree);
    precision.update(three, labelsOfThree);
    expect(auroc.compute()).toBeCloseTo(2 / 3, 12);
    expect(precision.compute()).toBe(1);
  });

  test.each([[1], [2.5], [[0.5, 0.2]], [[]], [[0.1, 1.2]]])("thresholds %j are refused", (thresholds) => {
    expect(() => new MulticlassAUROC({ numClasses: 2, thresholds })).toThrow("thresholds");
  });
});
