import { expect, test } from "vitest";
import { float32, hostTensor } from "../../core/index.ts";
import { MultiClassMetrics, multiClassMetricSets } from "./metrics.ts";

const NAMES = ["cat", "dog", "owl"];
// Right: rows 0 and 3; row 1 is taken for a dog, row 2 for a cat.
const LOGITS = float32([4, 3], [2, 1, 0, 1, 2, 0, 3, 2, 1, 0, 1, 5]);
const LABELS = hostTensor("int32", [4], Int32Array.of(0, 0, 1, 2));
const stage = (name: "train" | "val" | "test"): MultiClassMetrics =>
  new MultiClassMetrics(multiClassMetricSets({ numClasses: NAMES.length })[name], NAMES);

test("training counts hits; validation and test also top-5 and each class", () => {
  const [train, val, tested] = [stage("train"), stage("val"), stage("test")];
  for (const measured of [train, val, tested]) measured.update(LOGITS, LABELS);
  expect(train.compute()).toEqual({ acc_top1: 0.5 });
  const expected = { acc_top1: 0.5, acc_top5: 1, acc_class_cat: 0.5, acc_class_dog: 0, acc_class_owl: 1 };
  expect(val.compute()).toEqual(expected);
  expect(tested.compute()).toEqual(expected);
});

test("batches add up, reset starts anew, and a saved state goes on", () => {
  const val = stage("val");
  val.update(LOGITS, LABELS);
  const resumed = stage("val");
  resumed.load(val.state());
  for (const measured of [val, resumed])
    measured.update(float32([1, 3], [1, 0, 0]), hostTensor("int32", [1], Int32Array.of(0)));
  expect(val.compute()).toMatchObject({ acc_top1: 0.6 });
  expect(resumed.compute()).toEqual(val.compute());
  val.reset();
  val.update(float32([1, 3], [0, 0, 1]), hostTensor("int32", [1], Int32Array.of(0)));
  expect(val.compute()).toMatchObject({ acc_top1: 0, acc_top5: 1 });
});

test("of soft labels the largest counts, of equals the first; logits of any width and integers of 64 bits do", () => {
  const train = stage("train");
  const logits = hostTensor("float64", [2, 3], Float64Array.of(1, 0, 0, 0, 1, 0));
  train.update(logits, float32([2, 3], [0.4, 0.4, 0.2, 0.3, 0.5, 0.2]));
  expect(train.compute()).toEqual({ acc_top1: 1 });
  train.update(logits, hostTensor("int64", [2], BigInt64Array.of(0n, 2n)));
  expect(train.compute()).toEqual({ acc_top1: 0.75 });
});
