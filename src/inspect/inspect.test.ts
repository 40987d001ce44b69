import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { collect, folder, pictures, withModule } from "../../test/data/pictures.ts";
import { datasetStatistics, findDuplicates, previewBatch, verifyDataset } from "./index.ts";

const options = { imageSize: 8, batchSize: 2, numWorkers: 0 };

async function write(path: string, content: Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

test("statistics count classes and measure sizes and colours", async () => {
  const uniform = (width: number, r: number): Promise<Buffer> =>
    sharp({ create: { width, height: 10, channels: 3, background: { r, g: 51, b: 0 } } })
      .png()
      .toBuffer();
  for (const [i, [width, r]] of [
    [10, 0],
    [10, 255],
    [20, 255],
    [40, 0],
  ].entries()) {
    await write(`stats/train/${i < 3 ? "a" : "b"}/${i}.png`, await uniform(width!, r!));
  }
  await write("stats/train/b/broken.png", Buffer.from("x"));
  await write("stats/val/a/0.png", await uniform(5, 0));
  await write("stats/val/b/0.png", await uniform(5, 0));
  await withModule({ root: join(folder, "stats"), ...options }, async ({ splits }) => {
    const statistics = await datasetStatistics(splits);
    expect(statistics).toMatchObject({
      classes: ["a", "b"],
      counts: { train: [3, 2], val: [1, 1] },
      imbalance: 1.5,
      sampled: 5,
      unreadable: 1,
      width: { min: 10, median: 20, max: 40 },
      height: { min: 10, median: 10, max: 10 },
    });
    // 300 of 800 pixels are red.
    expect(statistics.mean![0]).toBeCloseTo(0.375, 10);
    expect(statistics.mean![1]).toBeCloseTo(0.2, 10);
    expect(statistics.std![0]).toBeCloseTo(Math.sqrt(0.375 * 0.625), 10);
    expect(statistics.std![2]).toBe(0);
    expect((await datasetStatistics(splits, { samples: 2 })).sampled).toBe(2);
  });
});

test("of pictures that cannot be read there are no sizes and no colours", async () => {
  for (const part of ["train", "val"]) {
    for (const name of ["a", "b"]) await write(`unreadable/${part}/${name}/0.png`, Buffer.from("x"));
  }
  await withModule({ root: join(folder, "unreadable"), ...options }, async ({ splits }) => {
    expect(await datasetStatistics(splits)).toMatchObject({
      counts: { train: [1, 1], val: [1, 1] },
      sampled: 2,
      unreadable: 2,
      width: null,
      height: null,
      sizes: [],
      mean: null,
      std: null,
    });
  });
});

test("verification names every bad picture and changes none", async () => {
  const root = await pictures("verify", { "train/a": 4, "train/b": 4, "val/a": 2, "val/b": 2 });
  const whole = await readFile(join(root, "val/b/1.png"));
  const cut = await write("verify/val/b/1.png", whole.subarray(0, whole.length - 40));
  const empty = await write("verify/train/a/0.png", Buffer.alloc(0));
  await withModule({ root, ...options }, async ({ splits }) => {
    const progress: number[] = [];
    const report = await verifyDataset(splits, { onProgress: (checked) => progress.push(checked) });
    expect(report.checked).toBe(12);
    expect(report.problems).toMatchObject([
      { part: "train", name: empty, className: "a", code: "PICTURE_EMPTY" },
      { part: "val", name: cut, className: "b", code: "PICTURE_CORRUPT" },
    ]);
    expect(progress).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });
  expect(await readFile(cut)).toEqual(whole.subarray(0, whole.length - 40));
});

test("duplicates are found across parts and classes, also resized and compressed", async () => {
  const root = await pictures("dupes", { "train/a": 6, "train/b": 6, "val/a": 2, "val/b": 2 });
  await copyFile(join(root, "train/a/0.png"), join(root, "train/a/copy.png"));
  await copyFile(join(root, "train/a/1.png"), join(root, "val/b/leak.png"));
  const scene = Buffer.from(
    Array.from({ length: 64 * 48 * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 64, Math.floor(i / 192)];
      return 128 + 90 * Math.sin(x / 7) * Math.cos(y / 9 + x / 30);
    }),
  );
  const raw = sharp(scene, { raw: { width: 64, height: 48, channels: 3 } });
  await write("dupes/train/b/scene.png", await raw.clone().png().toBuffer());
  await write("dupes/val/b/scene.jpg", await raw.clone().resize(120, 90).jpeg({ quality: 60 }).toBuffer());
  const blank = { create: { width: 9, height: 9, channels: 3, background: "white" } } as const;
  await write("dupes/train/a/white.png", await sharp(blank).png().toBuffer());
  await write("dupes/train/b/white.jpg", await sharp(blank).jpeg().toBuffer());
  await withModule({ root, ...options }, async ({ splits }) => {
    const groups = await findDuplicates(splits);
    const names = groups.map(({ pictures: list, pairs: _, ...group }) => ({
      ...group,
      names: list.map(({ name }) => name.slice(root.length + 1)),
    }));
    expect(names).toEqual([
      {
        kind: "exact",
        acrossParts: false,
        contradicting: false,
        names: ["train/a/0.png", "train/a/copy.png"],
      },
      { kind: "exact", acrossParts: true, contradicting: true, names: ["train/a/1.png", "val/b/leak.png"] },
      {
        kind: "equal",
        acrossParts: true,
        contradicting: false,
        names: ["train/b/scene.png", "val/b/scene.jpg"],
      },
    ]);
  });
});

test("pictures that cannot be compared are told of", async () => {
  const root = await pictures("uncompared", { "train/a": 2, "train/b": 2, "val/a": 1, "val/b": 1 });
  const bad = await write("uncompared/val/b/0.png", Buffer.from("no picture"));
  await withModule({ root, ...options }, async ({ splits }) => {
    const told: unknown[] = [];
    expect(await findDuplicates(splits, { onUnreadable: (problem) => told.push(problem) })).toEqual([]);
    expect(told).toMatchObject([
      { part: "val", name: bad, className: "b", code: expect.stringMatching(/^PICTURE_/) },
    ]);
  });
});

test("a preview shows what the network is given", async () => {
  const root = await pictures("preview", { "train/a": 3, "train/b": 2, "val/a": 1, "val/b": 1 });
  await withModule({ root, ...options, batchSize: 5 }, async (data) => {
    const [batch] = await collect(data.trainLoader(0));
    const grid = previewBatch(batch!, data.preprocessing, { columns: 3, gap: 1 });
    expect([grid.width, grid.height]).toEqual([26, 17]);
    const { mean, std } = data.preprocessing;
    const expected = Math.round((batch!.images.data[3 * 64 * 3]! * std[0]! + mean[0]!) * 255);
    // The fourth picture begins the second row.
    expect(grid.data[9 * 26 * 3]).toBe(expected);
    expect(grid.data[8 * 3]).toBe(255);
  });
});
