import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float32, hostTensor } from "../core/index.ts";
import { ClassificationBatch } from "./classification-batch.ts";
import { MulticlassAccuracy } from "./index.ts";

const NaN_ = Number.NaN;

describe("ranking of scores", () => {
  test("equal scores rank by class index", () => {
    const batch = ClassificationBatch.of(
      float32([4, 4], new Array(16).fill(0.25)),
      Int32Array.of(0, 1, 2, 3),
    );
    expect([...batch.predicted]).toEqual([0, 0, 0, 0]);
    expect([...batch.ranks]).toEqual([0, 1, 2, 3]);
  });

  test("the first NaN is the prediction, as in argmax", () => {
    const batch = ClassificationBatch.of(
      float32([2, 4], [1, NaN_, 9, NaN_, 5, 1, 0, NaN_]),
      Int32Array.of(2, 3),
    );
    expect([...batch.predicted]).toEqual([1, 3]);
    expect([...batch.ranks]).toEqual([2, 0]);
  });

  test("agrees with a stable sort of the scores, falling", () => {
    const score = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constant(NaN_),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(fc.array(score, { minLength: 2, maxLength: 9 }), fc.nat(), (scores, pick) => {
        const label = pick % scores.length;
        const height = (x: number): number =>
          Number.isNaN(x) ? 2 : x === Number.POSITIVE_INFINITY ? 1 : x / 10;
        const order = scores.map((_, c) => c).sort((a, b) => height(scores[b]!) - height(scores[a]!));
        const batch = ClassificationBatch.of(float32([1, scores.length], scores), Int32Array.of(label));
        expect(batch.predicted[0]).toBe(order[0]);
        expect(batch.ranks[0]).toBe(order.indexOf(label));
      }),
    );
  });
});

test("auto takes scores within [0, 1] for probabilities and others for logits", () => {
  const probabilities = float32([1, 2], [0.25, 0.75]);
  const logits = float32([1, 2], [0, 1.5]);
  const labels = Int32Array.of(0);
  expect([...ClassificationBatch.of(probabilities, labels).probabilities("auto")]).toEqual([0.25, 0.75]);
  const [first, second] = ClassificationBatch.of(logits, labels).probabilities("auto");
  expect(first).toBeCloseTo(1 / (1 + Math.exp(1.5)), 6);
  expect(second).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 6);
  expect(ClassificationBatch.of(probabilities, labels).probabilities("logits")[0]).toBeCloseTo(0.3775, 4);
});

test("a selection repeats samples with all that was derived of them", () => {
  const batch = ClassificationBatch.of(float32([3, 2], [0, 1, 2, 0, 0, 3]), Int32Array.of(1, 1, 0));
  const selected = batch.select(Int32Array.of(2, 0, 2));
  expect([...selected.labels]).toEqual([0, 1, 0]);
  expect([...selected.predicted]).toEqual([1, 1, 1]);
  expect([...selected.ranks]).toEqual([1, 0, 1]);
  expect([...selected.scores]).toEqual([0, 3, 0, 1, 0, 3]);
  expect(selected.probabilities("auto")).toEqual(
    ClassificationBatch.of(float32([3, 2], [0, 3, 0, 1, 0, 3]), selected.labels).probabilities("logits"),
  );
});

describe("refused input", () => {
  const metric = new MulticlassAccuracy({ numClasses: 3 });
  const scores = float32([2, 3], [1, 2, 3, 1, 2, 3]);
  test.each([
    ["fewer labels than rows", scores, Int32Array.of(0), "do not fit 1 labels"],
    ["another number of classes", float32([1, 2], [0, 1]), Int32Array.of(0), "scores of 2 classes"],
    ["a label that is no class", scores, Int32Array.of(0, 3), "label 3 of sample 1"],
    ["a negative label without ignoreIndex", scores, Int32Array.of(-1, 0), "label -1 of sample 0"],
    [
      "a prediction that is no class",
      hostTensor("int32", [1], Int32Array.of(7)),
      Int32Array.of(0),
      "prediction 7",
    ],
  ])("%s", (_, predictions, labels, message) => {
    expect(() => metric.update(predictions, labels)).toThrow(message);
    expect(metric.accumulator.total().tp).toBe(0);
  });

  test("top_k of predicted classes, and above the number of classes", () => {
    const top2 = new MulticlassAccuracy({ numClasses: 3, topK: 2 });
    expect(() => top2.update(hostTensor("int32", [1], Int32Array.of(0)), Int32Array.of(0))).toThrow(
      "needs a score",
    );
    expect(() => new MulticlassAccuracy({ numClasses: 3, topK: 4 })).toThrow("top_k is 4");
  });
});
