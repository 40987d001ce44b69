import { describe, expect, test } from "vitest";
import { float32 } from "../core/index.ts";
import {
  MetricCollection,
  MulticlassAccuracy,
  MulticlassCohenKappa,
  MulticlassConfusionMatrix,
  MulticlassF1Score,
  MulticlassMatthewsCorrCoef,
} from "./index.ts";

const build = () =>
  new MetricCollection({
    "val/acc_top1": new MulticlassAccuracy({ numClasses: 3, average: "micro" }),
    "val/acc_top2": new MulticlassAccuracy({ numClasses: 3, average: "micro", topK: 2 }),
    "val/acc_class": new MulticlassAccuracy({ numClasses: 3, average: "none" }),
    "val/f1": new MulticlassF1Score({ numClasses: 3 }),
    "val/confusion": new MulticlassConfusionMatrix({ numClasses: 3 }),
    "val/kappa": new MulticlassCohenKappa({ numClasses: 3 }),
  });
const scores = float32([4, 3], [3, 2, 1, 3, 2, 1, 0, 9, 1, 0, 1, 9]);
const labels = Int32Array.of(0, 1, 1, 2);

test("equal counts are gathered once", () => {
  const { metrics } = build();
  expect(metrics["val/f1"].accumulator).toBe(metrics["val/acc_top1"].accumulator);
  expect(metrics["val/kappa"].accumulator).toBe(metrics["val/confusion"].accumulator);
  expect(metrics["val/acc_top2"].accumulator).not.toBe(metrics["val/acc_top1"].accumulator);
});

test("scalars name per-class values after their class and leave tables out", () => {
  const collection = build();
  collection.update(scores, labels);
  expect(collection.scalars(["cat", "dog", "owl"])).toEqual({
    "val/acc_top1": 0.75,
    "val/acc_top2": 1,
    "val/acc_class_cat": 1,
    "val/acc_class_dog": 0.5,
    "val/acc_class_owl": 1,
    "val/f1": expect.closeTo(7 / 9, 12),
    "val/kappa": expect.closeTo(1 - 0.25 / 0.6875, 12),
  });
  expect(() => collection.scalars(["cat"])).toThrow(
    "1 class names do not fit the 3 classes of val/acc_class",
  );
});

describe("state", () => {
  test("reset forgets, load brings back", () => {
    const collection = build();
    collection.update(scores, labels);
    const [state, values] = [collection.state(), collection.compute()];
    collection.reset();
    expect(collection.compute()["val/acc_top1"]).toBe(0);
    collection.load(state);
    expect(collection.compute()).toEqual(values);
  });

  test("a state is a copy", () => {
    const collection = build();
    const before = collection.state();
    collection.update(scores, labels);
    expect(Object.values(before).every(({ data }) => data.every((x: number | bigint) => x === 0))).toBe(true);
  });

  test("of other metrics or another number of classes is refused", () => {
    const accuracy = (numClasses: number) =>
      new MetricCollection({ a: new MulticlassAccuracy({ numClasses }) });
    expect(() => accuracy(3).load(build().state())).toThrow("which no metric here reads");
    expect(() => build().load(accuracy(3).state())).toThrow("lacks");
    expect(() => accuracy(4).load(accuracy(3).state())).toThrow("which no metric here reads");
    const single = new MulticlassAccuracy({ numClasses: 4 });
    expect(() => single.load(new MulticlassAccuracy({ numClasses: 3 }).state())).toThrow(
      "float64 [3], not float64 [4]",
    );
  });
});

test("Matthews correlation of two classes with constant predictions, as the reference library gives it", () => {
  const mcc = (predicted: number[], truth: number[]): number => {
    const metric = new MulticlassMatthewsCorrCoef({ numClasses: 2 });
    metric.update(
      { dtype: "int32", shape: [truth.length], data: Int32Array.from(predicted) },
      Int32Array.from(truth),
    );
    return metric.compute();
  };
  expect(mcc([1, 1, 1], [1, 1, 1])).toBe(1);
  expect(mcc([1, 1, 1], [0, 0, 0])).toBe(-1);
  expect(mcc([1, 1, 1, 1], [1, 1, 1, 0])).toBeCloseTo(0.57735, 5);
  expect(mcc([], [])).toBe(0);
});
