// Pictures that do not come split: the split is made, kept with the run, used again, and made anew for another run.
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SplitFile } from "../../src/data/index.ts";
import { QUICK, removeFolder, run, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
const COMMON = [...QUICK, "data.root=pictures", "trainer.max_epochs=1"];
const splitOf = async (name: string): Promise<SplitFile> =>
  JSON.parse(await readFile(join(folder, name, "split.json"), "utf8")) as SplitFile;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  await rename(join(folder, "photos", "train"), join(folder, "pictures"));
});
afterAll(() => removeFolder(folder));

test("a folder of classes is split, and the run keeps the split", async () => {
  const { code, stderr } = await run(folder, ["train", ...COMMON, "hydra.run.dir=first"]);
  expect(stderr).toContain("completed: ");
  expect(code).toBe(0);
  const { train, val, test: tested } = await splitOf("first");
  expect([train.length, val.length, tested.length]).toEqual([18, 6, 0]);
});

test("a run that goes on keeps it", async () => {
  const before = await splitOf("first");
  const more = ["hydra.run.dir=first", "ckpt=last", "trainer.max_epochs=2"];
  const { code, stderr } = await run(folder, ["train", ...COMMON, ...more]);
  expect(stderr).toContain("completed: ");
  expect(code).toBe(0);
  expect(await splitOf("first")).toEqual(before);
});

test("folds in one folder after the other are split anew and hold every picture once", async () => {
  const validated: string[] = [];
  for (const fold of [0, 1, 2]) {
    const folds = ["data.folds=3", `data.fold=${fold}`, "hydra.run.dir=folds"];
    expect((await run(folder, ["train", ...COMMON, ...folds])).code).toBe(0);
    validated.push(...(await splitOf("folds")).val);
  }
  const { train, val } = await splitOf("folds");
  expect(validated.sort()).toEqual([...train, ...val].sort());
});
