import { expect, test } from "vitest";
import { countClasses, LabelSets, labelsOf, labelTensor, selectLabels } from "./label-sets.ts";

const SETS = new LabelSets(3, Int8Array.of(1, 0, 1, 0, 0, 0, -1, 1, -1));

test("each sample has its labels, in order; what is not known is not present", () => {
  expect([SETS.length, SETS.width]).toEqual([3, 3]);
  expect([...SETS.keys()].map((sample) => SETS.present(sample))).toEqual([[0, 2], [], [1]]);
  expect([...SETS].map((row) => [...row])[2]).toEqual([-1, 1, -1]);
  expect(labelsOf(Int32Array.of(4, 2), 1)).toEqual([2]);
  expect([...countClasses(SETS, 3)]).toEqual([1, 1, 1]);
  expect([...countClasses(Int32Array.of(1, 1), 3)]).toEqual([0, 2, 0]);
});

test("some of the samples are a set of their own, or the tensor of a batch", () => {
  expect([...selectLabels(SETS, [2, 0]).data]).toEqual([-1, 1, -1, 1, 0, 1]);
  expect([...selectLabels(Int32Array.of(4, 2), [1])]).toEqual([2]);
  expect(labelTensor(SETS, [1, 2])).toEqual({
    dtype: "float32",
    shape: [2, 3],
    data: Float32Array.of(0, 0, 0, -1, 1, -1),
  });
  expect(labelTensor(Int32Array.of(4, 2), [1])).toEqual({
    dtype: "int32",
    shape: [1],
    data: Int32Array.of(2),
  });
});

test.each([
  [0, [], "0 entries are no rows of 0 labels"],
  [2, [1, 0, 1], "3 entries are no rows of 2 labels"],
  [2, [1, 0, 3, 0], "the entry of sample 1 for label 0 is 3"],
])("%i labels, entries %j: %s", (width, entries, message) => {
  expect(() => new LabelSets(width, Int8Array.from(entries))).toThrow(message);
});
