// Pictures that cannot be read: a run that leaves them out tells its user, one that ends with them writes it down.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunSummary } from "../../src/app/index.ts";
import {
  type CommandResult,
  QUICK,
  removeFolder,
  run,
  TINY_NETWORK,
  temporaryFolder,
  writeColourPictures,
} from "./command.ts";

let folder: string;
let skipped: CommandResult;
const BAD = [
  "train/blue/90.jpg",
  "train/red/91.jpg",
  "val/red/92.jpg",
  "test/blue/93.jpg",
  "test/red/94.jpg",
];
const COMMON = [...QUICK, "data.root=photos", "trainer.max_epochs=1"];
const read = (...path: string[]): Promise<string> => readFile(join(folder, ...path), "utf8");
const warningsIn = ({ stderr }: CommandResult): string[] =>
  stderr.split("\n").filter((line) => line.startsWith("warning: "));

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  for (const path of BAD) await writeFile(join(folder, "photos", path), "not a picture");
  skipped = await run(folder, [
    "train",
    ...COMMON,
    "data.on_bad_picture=skip",
    "hydra.run.dir=skipping",
    "callbacks.run_report={_target_:RunReport,dirpath:skipping}",
  ]);
});
afterAll(() => removeFolder(folder));

test("a training that leaves pictures out ends with one line that counts them and names some", () => {
  expect(skipped.code).toBe(0);
  const told = warningsIn(skipped);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(
    /^warning: 5 pictures could not be read and were left out: (photos\/\S+\.jpg, ){2}photos\/\S+\.jpg and 2 more; /,
  );
});

test("its report and model card name them", async () => {
  const page = await read("skipping", "report.html");
  const card = await read("skipping", "model_card.md");
  const section = page.split('<section id="left-out">')[1]!.split("</section>")[0]!;
  expect(section).toContain("5 pictures could not be read");
  expect(card).toContain("5 pictures could not be read");
  for (const path of BAD) {
    expect(section).toContain(`photos/${path}`);
    expect(card).toContain(`photos/${path}`);
  }
});

test("a test of its weights tells which pictures of the split it left out", async () => {
  const tested = await run(folder, ["test", "skipping", "--json", "--import", TINY_NETWORK]);
  expect(tested.code).toBe(0);
  const told = warningsIn(tested);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("2 pictures could not be read and were left out: photos/test/blue/93.jpg, ");
  expect(JSON.parse(tested.stdout)).toHaveProperty("test/loss");
});

test("a training that ends with a bad picture writes down which and why", async () => {
  const failed = await run(folder, ["train", ...COMMON, "hydra.run.dir=failing"]);
  expect(failed.code).toBe(3);
  const { status, error } = JSON.parse(await read("failing", "summary.json")) as RunSummary;
  expect(status).toBe("failed");
  const { code, message, where } = error!;
  expect(code).toMatch(/^PICTURE_/);
  expect(where).toMatch(/^photos\/.*9\d\.jpg$/);
  expect(failed.stderr).toContain(`error: ${where}: ${message}`);
});

test("a training that fails with anything else writes that down, too", async () => {
  const words = ["model.learning_rate=1e30", "trainer.gradient_clip_val=0", "trainer.num_sanity_val_steps=0"];
  await mkdir(join(folder, "sound"));
  await writeColourPictures(join(folder, "sound"));
  const place = ["data.root=sound", "hydra.run.dir=exploding"];
  expect((await run(folder, ["train", ...COMMON, ...words, ...place])).code).toBe(4);
  const { error } = JSON.parse(await read("exploding", "summary.json")) as RunSummary;
  expect(error!.code).toMatch(/^NON_FINITE_/);
});
