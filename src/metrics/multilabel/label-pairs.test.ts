import { expect, test } from "vitest";
import { LabelPairs } from "./label-pairs.ts";

const [A, B, C] = [0, 1, 2];
const cell = (row: number, column: number): number => row * 3 + column;

function counted(rows: readonly (readonly [truth: number[], predicted: number[]])[]): LabelPairs {
  const pairs = new LabelPairs(3);
  for (const [truth, predicted] of rows) pairs.add(truth, (label) => predicted.includes(label));
  return pairs;
}

const ROWS = [
  [[1, 1, 0], [A]],
  [[1, 1, 0], [C]],
  [
    [1, 0, -1],
    [A, B, C],
  ],
  [[0, 0, 0], [B]],
  [
    [-1, -1, -1],
    [A, B, C],
  ],
] as const satisfies readonly (readonly [number[], number[]])[];

test("what is seen, missed and added beside what", () => {
  const { counts } = counted(ROWS);
  expect(counts.together[cell(A, B)]).toBe(2);
  expect(counts.missed[cell(A, B)]).toBe(2);
  expect(counts.missed[cell(B, A)]).toBe(1);
  expect(counts.missedBoth[cell(A, B)]).toBe(1);
  expect(counts.missedBoth[cell(B, A)]).toBe(1);
  expect([counts.absent[cell(A, B)], counts.extra[cell(A, B)]]).toEqual([1, 1]);
  expect([counts.absent[cell(A, C)], counts.extra[cell(A, C)]]).toEqual([2, 1]);
});

test("each label by itself; what is not known counts nowhere", () => {
  const pairs = counted(ROWS);
  expect(pairs.of(A)).toEqual({ tp: 2, fp: 0, fn: 1, tn: 1 });
  expect(pairs.of(B)).toEqual({ tp: 0, fp: 2, fn: 2, tn: 0 });
  expect(pairs.of(C)).toEqual({ tp: 0, fp: 1, fn: 0, tn: 2 });
});

test("parts that are merged give the counts of the whole", () => {
  const merged = counted(ROWS.slice(0, 2));
  merged.merge(counted(ROWS.slice(2)).counts);
  expect(merged.counts).toEqual(counted(ROWS).counts);
});
