// The quickstart with several labels a picture, cut short: from no pictures to the labels of some.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeFolder, run, temporaryFolder } from "./command.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

const SHORT = [
  "model=mobilenet_v3_small",
  "callbacks=minimal",
  "data.image_size=32",
  "trainer.max_epochs=1",
  "trainer.limit_train_batches=2",
];

test("renders shirts, trains, exports and tells which labels test pictures have", async () => {
  const words = ["quickstart", "--task", "multi_label", ...SHORT];
  const { code, stdout, stderr } = await run(folder, words);
  expect(code, stderr).toBe(0);
  const table = (await readFile(join(folder, "quickstart", "shirts", "shirts.csv"), "utf8")).split("\n");
  expect(table).toHaveLength(1 + 2200 + 1);
  const rows = stdout.split("\n").filter((line) => line.startsWith("quickstart/shirts/test/"));
  expect(rows).toHaveLength(12);
  for (const row of rows)
    expect(row).toMatch(/ {2}(none \(likeliest: \w+ [\d.]+%\)|\w+ [\d.]+%(, \w+ [\d.]+%)*)$/);
  expect(stdout).toMatch(/mean average precision on the test pictures [\d.]+%/);
});

test("leaves a folder alone that holds other files, and refuses tasks that there are not", async () => {
  await writeFile(join(folder, "shirts"), "mine");
  const taken = await run(folder, ["quickstart", "--task", "multi_label", "--folder", ".", ...SHORT]);
  expect(taken.code).toBe(3);
  expect(taken.stderr).toContain("[SAMPLES_FOLDER_TAKEN]");
  const unknown = await run(folder, ["quickstart", "--task", "multilabel"]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("multi_class, multi_label");
});
