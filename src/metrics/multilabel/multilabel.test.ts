// What the golden values do not show: averages by hand, what is refused, sharing, and intervals.
import { describe, expect, test } from "vitest";
import { float32, hostTensor } from "../../core/index.ts";
import {
  Bootstrap,
  MetricCollection,
  MulticlassAccuracy,
  MultilabelAUROC,
  MultilabelAveragePrecision,
  MultilabelCalibrationError,
  MultilabelConfusionMatrix,
  MultilabelExactMatch,
  MultilabelF1Score,
  MultilabelLogLoss,
  MultilabelRankingLoss,
} from "../index.ts";

const numLabels = 2;
// Of the second sample the first label is not known.
const scores = float32([3, 2], [0.9, 0.2, 0.1, 0.8, 0.3, 0.4]);
const targets = float32([3, 2], [1, 0, -1, 1, 1, 0]);

describe("entries that are not known", () => {
  test("never count, whatever their score", () => {
    const metrics = () =>
      new MetricCollection({
        f1: new MultilabelF1Score({ numLabels, average: "none" }),
        exact: new MultilabelExactMatch({ numLabels }),
        map: new MultilabelAveragePrecision({ numLabels }),
        pairs: new MultilabelRankingLoss({ numLabels }),
        loss: new MultilabelLogLoss({ numLabels }),
      });
    const [low, high] = [metrics(), metrics()];
    low.update(scores, targets);
    high.update(float32([3, 2], [0.9, 0.2, 1, 0.8, 0.3, 0.4]), targets);
    expect(low.compute()).toEqual(high.compute());
    expect(low.compute()).toMatchObject({ exact: 2 / 3, map: 1, pairs: 1 / 3 });
    expect([...low.compute().f1]).toEqual([2 / 3, 1]);
  });

  test("a sample of which nothing is known counts in no mean over samples", () => {
    const exact = new MultilabelExactMatch({ numLabels });
    exact.update(float32([2, 2], [0.9, 0.2, 0.9, 0.9]), float32([2, 2], [1, 0, -1, -1]));
    expect(exact.compute()).toBe(1);
    exact.reset();
    expect(exact.compute()).toBeNaN();
  });
});

describe("scores", () => {
  test("logits are recognised, or said to be; a threshold is of probabilities, and what equals it is absent", () => {
    const logits = float32([2, 1], [0, 0.2]);
    const present = float32([2, 1], [0, 1]);
    const f1 = (kind: "auto" | "logits", threshold?: number): number => {
      const metric = new MultilabelF1Score({ numLabels: 1, scores: kind, threshold });
      metric.update(logits, present);
      return metric.compute();
    };
    expect(f1("logits")).toBe(1);
    expect(f1("auto")).toBe(0);
    expect(f1("logits", 0.6)).toBe(0);
  });

  test("each label may have a threshold", () => {
    const matrix = new MultilabelConfusionMatrix({ numLabels, threshold: [0.2, 0.5] });
    matrix.update(scores, targets);
    expect(matrix.compute()).toMatchObject({ shape: [2, 2, 2] });
    expect([...matrix.compute().data]).toEqual([0, 0, 0, 2, 2, 0, 0, 1]);
    const rows = new MultilabelConfusionMatrix({ numLabels, normalize: "true" });
    rows.update(scores, targets);
    expect([...rows.compute().data]).toEqual([0, 0, 0.5, 0.5, 1, 0, 0, 1]);
  });

  test("large logits lose nothing, a probability of 0 costs -log of float32 epsilon", () => {
    const loss = new MultilabelLogLoss({ numLabels: 1 });
    loss.update(float32([1, 1], [-500]), float32([1, 1], [1]));
    expect(loss.compute()).toBe(500);
    const certain = new MultilabelLogLoss({ numLabels: 1 });
    certain.update(float32([1, 1], [0]), float32([1, 1], [1]));
    expect(certain.compute()).toBeCloseTo(23 * Math.LN2, 12);
  });
});

test("thresholds of a ranking bound its memory; a label without positives is 0 then, and NaN when exact", () => {
  const binned = new MultilabelAveragePrecision({ numLabels, thresholds: 100, average: "none" });
  const exact = new MultilabelAveragePrecision({ numLabels, average: "none" });
  const area = new MultilabelAUROC({ numLabels, thresholds: 100 });
  const absent = float32([3, 2], [1, 0, 0, 0, 1, 0]);
  for (const metric of [binned, exact, area]) metric.update(scores, absent);
  expect([...binned.compute()]).toEqual([1, 0]);
  expect([...exact.compute()]).toEqual([1, Number.NaN]);
  expect(area.compute()).toBe(0.5);
  expect(Object.values(binned.state()).map(({ shape }) => shape)).toEqual([
    [2, 101],
    [2, 101],
  ]);
});

test("calibration bins say how often a label is present at which probability", () => {
  const error = new MultilabelCalibrationError({ numLabels, nBins: 2, average: "none" });
  error.update(float32([2, 2], [0.25, 1, 0.75, 0.5]), float32([2, 2], [1, 1, 1, -1]));
  expect(error.accumulator.bins(0)).toEqual([
    { count: 1, confidence: 0.25, accuracy: 1 },
    { count: 1, confidence: 0.75, accuracy: 1 },
    { count: 0, confidence: 0, accuracy: 0 },
  ]);
  expect([...error.compute()]).toEqual([0.5, 0]);
});

describe("a collection", () => {
  test("gathers equal counts once, also for different averages", () => {
    const { metrics } = new MetricCollection({
      macro: new MultilabelF1Score({ numLabels }),
      micro: new MultilabelF1Score({ numLabels, average: "micro" }),
      strict: new MultilabelF1Score({ numLabels, threshold: 0.9 }),
      map: new MultilabelAveragePrecision({ numLabels }),
      area: new MultilabelAUROC({ numLabels }),
    });
    expect(metrics.micro.accumulator).toBe(metrics.macro.accumulator);
    expect(metrics.strict.accumulator).not.toBe(metrics.macro.accumulator);
    expect(metrics.area.accumulator).toBe(metrics.map.accumulator);
  });

  test("is of one task, and takes its batches only", () => {
    const several = new MultilabelF1Score({ numLabels });
    const one = new MulticlassAccuracy({ numClasses: 2 });
    expect(() => new MetricCollection({ one, several })).toThrow(
      "one is a metric for multi_class, several one for multi_label",
    );
    const classes = Int32Array.of(0, 1, 1);
    expect(() => new MetricCollection({ several }).update(scores, classes)).toThrow(
      "metrics of samples with several labels need",
    );
    expect(() => new MetricCollection({ one }).update(scores, targets)).toThrow(
      "metrics of samples of one class each need",
    );
    const batch = new MetricCollection({ several }).batchOf(scores, targets)!;
    expect(() => new MetricCollection({ one }).updateBatch(batch)).toThrow("does not fit");
  });

  test("of none takes anything", () => {
    const none = new MetricCollection({});
    none.update(scores, targets);
    expect(none.compute()).toEqual({});
  });
});

test("intervals: merged parts give those of one pass", () => {
  const build = (firstPosition = 0) =>
    new Bootstrap(
      () =>
        new MetricCollection({
          map: new MultilabelAveragePrecision({ numLabels }),
          f1: new MultilabelF1Score({ numLabels, average: "none" }),
        }),
      { replicates: 20, firstPosition },
    );
  const [whole, first, second] = [build(), build(), build(2)];
  whole.update(scores, targets);
  first.update(float32([2, 2], [...scores.data.slice(0, 4)]), float32([2, 2], [...targets.data.slice(0, 4)]));
  second.update(float32([1, 2], [...scores.data.slice(4)]), float32([1, 2], [...targets.data.slice(4)]));
  first.merge(structuredClone(second.state()));
  expect(first.compute()).toEqual(whole.compute());
  expect(whole.compute().f1).toHaveLength(2);
});

describe("refused", () => {
  test.each([
    [{ numLabels: 0 }, "num_labels is 0"],
    [{ numLabels, threshold: 1.5 }, "threshold is 1.5"],
    [{ numLabels, threshold: [0.5] }, "threshold has 1 numbers for 2 labels"],
    [{ numLabels, average: "some" as "macro" }, "average is some"],
    [{ numLabels, scores: "raw" as "auto" }, "scores is raw"],
  ])("%j", (options, message) => {
    expect(() => new MultilabelF1Score(options)).toThrow(
      expect.objectContaining({
        kind: "usage",
        code: "METRIC_OPTION",
        message: expect.stringContaining(message),
      }),
    );
  });

  test("other numbers of labels, shapes that do not fit, and targets that are no answers", () => {
    const f1 = new MultilabelF1Score({ numLabels: 3 });
    expect(() => f1.update(scores, targets)).toThrow("scores of 2 labels do not fit a metric of 3 labels");
    expect(() => f1.update(scores, float32([2, 3], targets.data))).toThrow("do not fit targets of shape");
    expect(() => f1.update(scores, float32([3, 2], [1, 0, 0.5, 0, 1, 0]))).toThrow(
      "the target of label 0 of sample 1 is 0.5, none of 1, 0 and -1 (not known)",
    );
    const state = { labels: hostTensor("int32", [1], Int32Array.of(1)) };
    expect(() => new MultilabelAUROC({ numLabels }).load(state)).toThrow("lacks");
  });
});
