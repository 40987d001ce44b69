// The shirts on disk: pictures and a table that says what is on them, the same each time.
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderJerseyNumbers } from "./jersey-numbers.ts";
import { chooseOutfit, labelsOf } from "./outfit.ts";
import { renderShirts, type ShirtsOptions, type ShirtsSet } from "./shirts.ts";

let parent = "";
let root = "";
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "shirts-"));
  root = join(parent, "shirts");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const small = { imageSize: 32, perSplit: { train: 6, val: 2, test: 3 } };
const render = (options: Partial<ShirtsOptions> = {}): Promise<ShirtsSet> =>
  renderShirts({ root, ...small, ...options });
const table = async (): Promise<string[]> =>
  (await readFile(join(root, "shirts.csv"), "utf8")).trimEnd().split("\n");
const contents = async (): Promise<string[]> => {
  const names = (await readdir(root, { recursive: true })).filter((name) => /\.(jpg|csv)$/.test(name));
  return Promise.all(names.sort().map((name) => readFile(join(root, name), "base64")));
};

describe("rendering", () => {
  test("writes pictures of the size asked for, and a table of all of them", async () => {
    const progress: [number, number][] = [];
    const set = await render({ onProgress: (done, total) => progress.push([done, total]) });
    expect(set).toEqual({ root, pictures: 11, reused: false, table: join(root, "shirts.csv") });
    expect(progress).toHaveLength(11);
    expect(progress.at(-1)).toEqual([11, 11]);
    const [header, ...rows] = await table();
    expect(header).toBe("image,labels,split");
    const files = await Promise.all(["train", "val", "test"].map((split) => readdir(join(root, split))));
    expect(files.map(({ length }) => length)).toEqual([6, 2, 3]);
    const names = ["train", "val", "test"].flatMap((split, i) =>
      files[i]!.sort().map((file) => `${split}/${file}`),
    );
    expect(rows.map((row) => row.split(",")[0])).toEqual(names);
    for (const row of rows) {
      const [image, labels, split] = row.split(",");
      expect(image!.startsWith(`${split}/`)).toBe(true);
      expect(labels).toBe(labelsOf(chooseOutfit(42, image!)).join("|"));
      const picture = await sharp(join(root, image!)).metadata();
      expect(picture).toMatchObject({ format: "jpeg", width: 32, height: 32, channels: 3 });
    }
    expect(await readdir(parent)).toEqual(["shirts"]);
  });

  test("gives the same bytes again, and the same pictures when more are asked for", async () => {
    await render();
    const first = await contents();
    expect(new Set(first).size).toBe(first.length);
    const rows = await table();
    await rm(root, { recursive: true });
    await render();
    expect(await contents()).toEqual(first);
    await render({ perSplit: { train: 8, val: 2, test: 3 } });
    expect(await table()).toEqual(expect.arrayContaining(rows));
    await render({ seed: 7 });
    expect(await table()).not.toEqual(rows);
  });
});

describe("a set that is there already", () => {
  test.each([
    ["is used again when it is complete", async () => {}, true],
    ["is made anew when it lacks its table", () => rm(join(root, "shirts.csv")), false],
    ["is made anew when its table is cut short", () => truncate(join(root, "shirts.csv"), 40), false],
    ["is made anew when it lacks a picture", () => rm(join(root, "val/0001.jpg")), false],
  ])("%s", async (_, damage, reused) => {
    await render();
    const whole = await contents();
    await damage();
    expect((await render()).reused).toBe(reused);
    expect(await contents()).toEqual(whole);
    expect(await readdir(parent)).toEqual(["shirts"]);
  });

  test("is left alone when it holds a file of somebody's own, or is a set of another kind", async () => {
    await render();
    await writeFile(join(root, "train/mine.jpg"), "mine");
    await expect(render({ seed: 1 })).rejects.toMatchObject({ code: "SAMPLES_FOLDER_TAKEN", kind: "data" });
    await rm(join(root, "train/mine.jpg"));
    await expect(renderJerseyNumbers({ root })).rejects.toMatchObject({ code: "SAMPLES_FOLDER_TAKEN" });
    expect((await render()).reused).toBe(true);
  });
});

test.each([
  [{ imageSize: 8 }, "imageSize"],
  [{ seed: 0.5 }, "seed"],
  [{ perSplit: { train: 1, val: 10000, test: 1 } }, "perSplit.val"],
])("%j is refused before anything is written", async (options, where) => {
  await expect(render(options)).rejects.toMatchObject({ code: "SAMPLES_BAD_OPTION", kind: "usage", where });
  expect(await readdir(parent)).toEqual([]);
});
