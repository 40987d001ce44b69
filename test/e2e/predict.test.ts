// predict over many pictures: a file that goes on after a kill, each picture once, bad ones counted and named.
import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../../src/core/index.ts";
import { QUICK, removeFolder, run, start, temporaryFolder, writeColourPictures } from "./command.ts";

const COUNT = 900;
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const trained = await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"]);
  expect(trained.code).toBe(0);
  await mkdir(join(folder, "many"));
  for (let i = 0; i < COUNT; i++) {
    const colour = ["red", "green", "blue"][i % 3]!;
    await copyFile(join(folder, "photos/train", colour, `${i % 8}.jpg`), join(folder, "many", `${i}.jpg`));
  }
  await writeFile(join(folder, "many", "17.jpg"), "no picture");
}, 120_000);
afterAll(() => removeFolder(folder));

interface Line {
  readonly picture: string;
  readonly predictions: readonly { readonly label: string; readonly confidence: number }[];
  readonly error?: string;
}

const predict = (...words: string[]): string[] => ["predict", "run", "many", ...words];

test("killed and given again, each picture is there once, as predict without a file says", async () => {
  const { child, ended } = start(folder, predict("--out", "p.csv", "--workers", "2"));
  const partial = join(folder, "p.csv.partial");
  const size = async (): Promise<number> => (await stat(partial).catch(() => ({ size: 0 }))).size;
  while ((await size()) < 20_000 && child.exitCode === null) await new Promise((next) => setTimeout(next, 1));
  child.kill("SIGKILL");
  await ended;
  const begun = (await readFile(partial, "utf8")).split("\n").length - 2;
  expect(begun).toBeGreaterThan(0);
  // What a machine without power leaves of a line.
  await writeFile(partial, '{"picture":"many/8', { flag: "a" });
  const other = await run(folder, predict("--out", "p.csv", "-k", "1"));
  expect(other.stderr).toContain("[PREDICTIONS_DIFFER]");
  const last = await run(folder, predict("--out", "p.csv"));
  expect(last.stderr).toContain(`of ${COUNT} pictures`);
  expect(last.stderr).toMatch(/goes on after \d+ of 900/);
  expect(last.stderr).toContain("900 of 900 pictures, 1 unreadable");
  expect(last.code).toBe(3);
  expect(await size()).toBe(0);
  const plain = await run(folder, predict("nowhere.jpg", "--json"));
  expect(plain.stderr).toContain("many/17.jpg");
  expect(plain.stderr).toContain("nowhere.jpg: cannot be read: no such file [PICTURE_UNREADABLE]");
  expect(plain.stderr).toContain("901 pictures, 2 unreadable");
  expect(plain.code).toBe(3);
  const lines = plain.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  expect(lines.pop()).toMatchObject({ picture: "nowhere.jpg", predictions: [] });
  expect(lines).toHaveLength(COUNT);
  const expected = (rows: readonly Line[]): unknown[] =>
    rows
      .map(({ picture, predictions: [first], error }) => [
        picture,
        first?.label ?? "",
        first?.confidence,
        error ?? "",
      ])
      .sort();
  const [header = [], ...table] = readCsv(await readFile(join(folder, "p.csv"), "utf8"));
  const at = (row: string[], name: string): string => row[header.indexOf(name)]!;
  expect(header.slice(0, 5)).toEqual(["picture", "label", "confidence", "label_2", "confidence_2"]);
  const rows = table.map((row) => [
    at(row, "picture"),
    at(row, "label"),
    at(row, "confidence") === "" ? undefined : Number(at(row, "confidence")),
    at(row, "error"),
  ]);
  expect(rows.sort()).toEqual(expected(lines));
  expect((await run(folder, predict("--out", "p.parquet"))).code).toBe(3);
  const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, "p.parquet")) });
  expect(
    parquet
      .map(({ picture, label, confidence, error }) => [
        picture,
        label ?? "",
        confidence ?? undefined,
        error ?? "",
      ])
      .sort(),
  ).toEqual(expected(lines));
  expect((await run(folder, predict("--out", "p.txt"))).stderr).toContain("[PREDICTION_FORMAT]");
}, 180_000);
