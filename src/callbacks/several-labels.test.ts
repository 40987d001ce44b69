// What callbacks tell of samples with several labels: totals are of samples, not of labels.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LabelSets, readCsv } from "../core/index.ts";
import type { EventOf, FitContext } from "../train/index.ts";
import { DatasetStatistics } from "./dataset-statistics.ts";
import { SamplerDistribution } from "./sampler-distribution.ts";

let dirpath: string;
beforeAll(async () => {
  dirpath = await mkdtemp(join(tmpdir(), "several-labels-"));
});
afterAll(() => rm(dirpath, { recursive: true }));

const sets = (
  ...rows: readonly (readonly number[])[]
): { labels: LabelSets; name: (i: number) => string } => ({
  labels: new LabelSets(2, Int8Array.from(rows.flat())),
  name: String,
});
const data = {
  classes: ["cat", "dog"],
  options: { sampler: { mode: "auto" } },
  splits: { train: sets([1, 1], [1, 0], [1, -1], [0, 0]), val: sets([1, 0], [0, 0]), test: undefined },
};
const context = {
  data,
  options: {},
  rank: 0,
  gather: async (own: Uint32Array) => [own],
} as unknown as FitContext;

function output(): { readonly written: string[]; write(text: string): boolean; columns: number } {
  const written: string[] = [];
  return { written, write: (text) => written.push(text) > 0, columns: 80 };
}

async function table(name: string): Promise<string[][]> {
  return readCsv(await readFile(join(dirpath, name), "utf8"));
}

test("dataset statistics", async () => {
  const to = output();
  await new DatasetStatistics({ dirpath, output: to }).onFitStart({} as EventOf<"fitStart">, context);
  expect(to.written[0]!.split("\n").map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    "label train share val share",
    "----------- ----- ------- --- -------",
    "cat 3 75.0 % 1 50.0 %",
    "dog 1 25.0 % 0 0.0 %",
    "no label 1 25.0 % 1 50.0 %",
    "all samples 4 100.0 % 2 100.0 %",
    "",
  ]);
  expect(await table("dataset_statistics.csv")).toEqual([
    ["label", "train", "val"],
    ["cat", "3", "1"],
    ["dog", "1", "0"],
  ]);
});

test("sampler distribution", async () => {
  const to = output();
  const callback = new SamplerDistribution({ dirpath, output: to });
  callback.onTrainEpochStart({ startBatch: 0 } as EventOf<"trainEpochStart">, context);
  const batch = { indices: Uint32Array.of(0, 0, 1, 3) };
  callback.onTrainBatchEnd({ batch } as unknown as EventOf<"trainBatchEnd">);
  await callback.onTrainEpochEnd({ epoch: 0 } as EventOf<"trainEpochEnd">, context);
  expect(await table("sampler_distribution.csv")).toEqual([
    ["label", "pictures", "sampled", "even_share", "ratio"],
    ["cat", "3", "3", "2.5", "1.200"],
    ["dog", "1", "2", "2.5", "0.800"],
  ]);
  expect(to.written[0]).toContain("epoch 1: 4 samples of 3 pictures out of 4");
});
