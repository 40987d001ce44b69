// Cross-validation as its user does it: every picture is judged once by a model that has not seen it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../../src/core/index.ts";
import { QUICK, removeFolder, run, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"), { all: 6 });
});
afterAll(() => removeFolder(folder));

test("pools the folds, and goes on where folds have ended before", async () => {
  const words = ["cross-validate", ...QUICK, "data.root=photos/all", "data.folds=3", "hydra.run.dir=cv"];
  const { stdout, code } = await run(folder, words);
  expect(code).toBe(0);
  expect(stdout).toMatch(/all +18 +\d\.\d{4} \(/);
  const [header, ...rows] = readCsv(await readFile(join(folder, "cv/out_of_fold.csv"), "utf8"));
  expect(header).toEqual([
    "fold",
    "name",
    "true",
    "predicted",
    "confidence",
    "loss",
    "p_blue",
    "p_green",
    "p_red",
  ]);
  expect(new Set(rows.map((row) => row[1])).size).toBe(18);
  expect(rows.map((row) => row[0]).sort()).toEqual([..."000000111111222222"]);
  const figures = JSON.parse(await readFile(join(folder, "cv/cross_validation.json"), "utf8"));
  const right = rows.filter((row) => row[2] === row[3]).length;
  expect(figures.accuracy.value).toBeCloseTo(right / 18, 12);
  expect(figures.accuracy.low).toBeLessThanOrEqual(right / 18);
  const again = await run(folder, words);
  expect(again.stdout).toBe(stdout);
  expect(again.stderr).not.toContain("epoch 1/");
}, 120_000);
