// Wrong labels from end to end: found by a run's predictions, corrected in a list, trained on, and kept by a run that goes on.
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SuspiciousLabels } from "../../src/app/index.ts";
import { readCsv } from "../../src/core/index.ts";
import { QUICK, removeFolder, run, signalled, temporaryFolder, writeColourPictures } from "./command.ts";

const WORDS: readonly string[] = [
  ...QUICK.filter((word) => word !== "callbacks=minimal"),
  "data.root=photos",
  "callbacks.early_stopping=null",
];
const LIST = [
  `{"name":"val/blue/planted.jpg","from":"blue","to":"red"}`,
  `{"name":"train/red/planted.jpg","from":"red","to":"green"}`,
].join("\n");

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  const photos = join(folder, "photos");
  await writeColourPictures(photos);
  await copyFile(join(photos, "val/red/0.jpg"), join(photos, "val/blue/planted.jpg"));
  await copyFile(join(photos, "val/green/0.jpg"), join(photos, "train/red/planted.jpg"));
  await writeFile(join(folder, "labels.jsonl"), LIST);
});
afterAll(() => removeFolder(folder));

const truths = async (name: string): Promise<Record<string, string>> => {
  const [header = [], ...rows] = readCsv(await readFile(join(folder, name, "predictions.csv"), "utf8"));
  return Object.fromEntries(rows.map((row) => [row[header.indexOf("name")], row[header.indexOf("true")]!]));
};

test("finds a planted label, and no longer where it is corrected", async () => {
  expect((await run(folder, ["train", ...WORDS, "hydra.run.dir=first"])).code).toBe(0);
  const found = await run(folder, ["data", "labels", "--run", "first", "--json"]);
  expect(found.code).toBe(0);
  const { suspicious, pictures, source } = JSON.parse(found.stdout) as SuspiciousLabels;
  expect({ pictures, source }).toEqual({ pictures: 13, source: "validation" });
  expect(suspicious[0]).toMatchObject({ name: "val/blue/planted.jpg", given: "blue", suggested: "red" });
  const table = await run(folder, ["data", "labels", "--run", "first", "--score", "normalized_margin"]);
  expect(table.stdout).toMatch(/blue +red +val\/blue\/planted.jpg/);
  expect(table.stderr).toMatch(/of 13 labels are likely wrong/);
  const words = ["data.root=photos", "data.label_changes=labels.jsonl"];
  const corrected = await run(folder, ["data", "labels", ...words, "--run", "first"]);
  expect(corrected.stdout).not.toContain("planted");
  expect(corrected.stderr).toContain("2 labels changed by labels.jsonl");
}, 120_000);

test("a run trains on the list and goes on with the same", async () => {
  const words = ["train", ...WORDS, "data.label_changes=labels.jsonl", "hydra.run.dir=second"];
  const cut = await run(folder, [...words, ...signalled("SIGINT", "step", 7)]);
  expect(cut.code).toBe(130);
  expect(cut.stderr).toContain("2 labels changed by labels.jsonl");
  await writeFile(join(folder, "labels.jsonl"), LIST.split("\n")[0]!);
  const { code, stderr } = await run(folder, [...words, "ckpt=last"]);
  expect(code).toBe(0);
  expect(stderr).toContain("warning: labels.jsonl has changed since the run began");
  expect(await readFile(join(folder, "second/label_changes.jsonl"), "utf8")).toBe(LIST);
  expect((await truths("second"))["photos/val/blue/planted.jpg"]).toBe("red");
  expect(await readFile(join(folder, "second/.hydra/config.yaml"), "utf8")).toContain("labels.jsonl");
}, 120_000);

test("refuses a list that does not fit, with its line", async () => {
  await writeFile(join(folder, "old.jsonl"), `\n${LIST.replaceAll("blue", "grey")}`);
  const { code, stderr } = await run(folder, [
    "data",
    "stats",
    "data.root=photos",
    "data.label_changes=old.jsonl",
  ]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/old.jsonl:2: there is no picture val\/grey\/planted.jpg.*\[LABEL_CHANGES\]/);
  const none = await run(folder, ["data", "labels"]);
  expect(none.stderr).toMatch(/NO_PREDICTIONS/);
}, 60_000);
