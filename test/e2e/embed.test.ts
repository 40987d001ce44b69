// Embeddings: the vectors of a run's network, in each format, with what cannot be read told and left out.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
const COUNT = 12;

async function embed(...words: readonly string[]) {
  return run(folder, ["embed", "base", ...words, "--import", TINY_NETWORK]);
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const words = ["train", ...QUICK, "data.root=photos", "hydra.run.dir=base", "trainer.max_epochs=1"];
  expect((await run(folder, words)).code).toBe(0);
}, 120_000);
afterAll(() => removeFolder(folder));

test("each format holds the same vectors of the same pictures", async () => {
  for (const file of ["a.jsonl", "a.npy", "a.parquet"]) {
    const { code, stderr } = await embed("photos/val", "--out", file);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/12 vectors of \d+ numbers/),
    });
  }
  const lines = String(await readFile(join(folder, "a.jsonl")))
    .trim()
    .split("\n");
  const rows = lines.map((line) => JSON.parse(line) as { picture: string; features: number[] });
  expect(rows).toHaveLength(COUNT);
  const vectors = rows.map(({ features }) => Float32Array.from(features));
  expect(vectors.some((vector) => vector.some((value) => value !== vectors[0]![0]))).toBe(true);

  const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, "a.parquet")) });
  expect(parquet.map(({ picture }) => picture)).toEqual(rows.map(({ picture }) => picture));
  expect(parquet.map(({ features }) => Float32Array.from(features as number[]))).toEqual(vectors);

  const npy = await readFile(join(folder, "a.npy"));
  const header = 10 + npy.readUInt16LE(8);
  expect(header % 64).toBe(0);
  expect(npy.toString("latin1", 10, header)).toContain(`'shape': (${COUNT}, ${vectors[0]!.length})`);
  expect(
    Array.from({ length: COUNT * vectors[0]!.length }, (_, i) => npy.readFloatLE(header + i * 4)),
  ).toEqual(vectors.flatMap((vector) => [...vector]));
  const names = String(await readFile(join(folder, "a.csv")))
    .trim()
    .split("\n");
  expect(names.slice(1)).toEqual(rows.map(({ picture }, row) => `${row},${picture}`));
});

test("what cannot be read is told in its place, the others are there", async () => {
  await writeFile(join(folder, "bad.png"), "no picture");
  const { code, stderr } = await embed("bad.png", "photos/val/red", "--out", "b.jsonl");
  expect(code).toBe(3);
  expect(stderr).toMatch(/error: bad\.png: /);
  expect(
    String(await readFile(join(folder, "b.jsonl")))
      .trim()
      .split("\n"),
  ).toHaveLength(4);
});

test.each([
  {
    words: ["photos/val", "--out", "a.csv"],
    message: /a\.csv: .*\.npy, \.parquet, \.jsonl.*\[EMBEDDING_FORMAT\]/,
  },
  { words: ["nowhere", "--out", "c.npy"], message: /nowhere: there is no such picture or folder/ },
  {
    words: ["photos/val", "data.image_sise=8", "--out", "c.npy"],
    message: /image_sise.*did you mean "data.image_size"/,
  },
])("$words is refused", async ({ words, message }) => {
  const { code, stderr } = await embed(...words);
  expect(stderr).toMatch(message);
  expect(code).not.toBe(0);
});
