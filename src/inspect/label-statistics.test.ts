import { expect, test } from "vitest";
import { LabelSets } from "../core/index.ts";
import { ArrayDataset } from "../data/index.ts";
import { coOccurrence, frequentPairs, labelStatistics } from "./label-statistics.ts";
import { datasetStatistics } from "./statistics.ts";

const rows = [
  [1, 1, 0],
  [1, 1, 0],
  [1, 0, -1],
  [0, 0, 0],
  [0, 1, 1],
  [-1, -1, -1],
];
const labels = new LabelSets(3, Int8Array.from(rows.flat()));

test("label sets are measured", () => {
  const statistics = labelStatistics(labels);
  expect(statistics).toMatchObject({ distinctSets: 4, withoutLabels: 2, unknown: 4 });
  expect(statistics.cardinality).toBeCloseTo(7 / 6, 12);
  expect(statistics.density).toBeCloseTo(7 / 18, 12);
});

test("labels that come together are counted, most frequent first", () => {
  const together = coOccurrence(labels);
  expect(together).toEqual([
    [3, 2, 0],
    [2, 3, 1],
    [0, 1, 1],
  ]);
  expect(frequentPairs(together, 5)).toEqual([
    { first: 0, second: 1, count: 2 },
    { first: 1, second: 2, count: 1 },
  ]);
  expect(frequentPairs(together, 1)).toHaveLength(1);
});

test("statistics count pictures, not labels", async () => {
  const pixels = new Uint8Array(6 * 4 * 3);
  const options = { width: 2, height: 2, layout: "rgb", pixels } as const;
  const train = new ArrayDataset({ ...options, classes: ["a", "b", "c"], labels });
  const splits = { train, val: undefined, test: undefined, split: undefined, warnings: [] };
  expect(await datasetStatistics(splits)).toMatchObject({
    pictures: { train: 6 },
    counts: { train: [3, 3, 1] },
    labelSets: { parts: { train: { withoutLabels: 2 } }, pairs: [{ first: 0, second: 1, count: 2 }, {}] },
  });
  const single = new ArrayDataset({ ...options, classes: ["a"], labels: [0, 0] });
  expect(await datasetStatistics({ ...splits, train: single })).toMatchObject({
    pictures: { train: 2 },
    labelSets: null,
  });
});
