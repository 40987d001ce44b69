import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { collect, folder, picture, pictures, withModule } from "../../../test/data/pictures.ts";
import type { Image } from "../../image/image.ts";
import { CutMix } from "../../transforms/batches/cut-mix.ts";
import { MixUp } from "../../transforms/batches/mix-up.ts";
import { CenterCrop } from "../../transforms/center-crop.ts";
import { Compose } from "../../transforms/compose.ts";
import { GaussianBlur } from "../../transforms/gaussian-blur.ts";
import { JPEGCompression } from "../../transforms/jpeg-compression.ts";
import { Resize } from "../../transforms/resize.ts";
import { ToDtype } from "../../transforms/to-dtype.ts";
import { ImageTransform } from "../../transforms/transform.ts";
import type { ImageBatch } from "../loading/loader.ts";
import type { ImageFolderDataModule } from "./image-folder-data-module.ts";

describe("loaders", () => {
  let root: string;
  const small = { imageSize: 16, batchSize: 5, numWorkers: 0 };
  beforeAll(async () => {
    root = await pictures("loaders", { "train/a": 9, "train/b": 8, "val/a": 2, "val/b": 1 });
  });

  test("batches do not depend on workers, prefetch or where the epoch is entered", async () => {
    const expected = await withModule({ root, ...small }, (data) => collect(data.trainLoader(3)));
    expect(expected.map(({ images }) => images.shape)).toEqual([
      [5, 3, 16, 16],
      [5, 3, 16, 16],
      [5, 3, 16, 16],
      [2, 3, 16, 16],
    ]);
    expect(expected.flatMap(({ indices }) => indices).sort((p, q) => p - q)).toEqual([...Array(17).keys()]);
    for (const change of [{ numWorkers: 1 }, { numWorkers: 3, prefetch: 0 }, { prefetch: 7 }]) {
      const batches = await withModule({ root, ...small, ...change }, (data) => collect(data.trainLoader(3)));
      expect(batches).toEqual(expected);
    }
    const rest = await withModule({ root, ...small, numWorkers: 2 }, (data) =>
      collect(data.trainLoader(3, { startBatch: 2 })),
    );
    expect(rest).toEqual(expected.slice(2));
  });

  test("epochs and seeds differ", async () => {
    await withModule({ root, ...small }, async (data) => {
      const [first, second] = [await collect(data.trainLoader(0)), await collect(data.trainLoader(1))];
      expect(first[0]!.indices).not.toEqual(second[0]!.indices);
    });
    const order = (seed: number): Promise<readonly number[]> =>
      withModule({ root, ...small, seed }, async (data) => (await collect(data.trainLoader(0)))[0]!.indices);
    expect(await order(1)).not.toEqual(await order(2));
  });

  test("validation goes in order with the labels of the training classes", async () => {
    await withModule({ root, ...small }, async (data) => {
      const [batch] = await collect(data.valLoader()!);
      expect(batch!.indices).toEqual([0, 1, 2]);
      expect([...batch!.labels.data]).toEqual([0, 0, 1]);
      expect(data.testLoader()).toBeUndefined();
      expect([...data.classCounts]).toEqual([9, 8]);
    });
  });

  test("memory is used again only when that is wished, and gives the same batches", async () => {
    await withModule({ root, ...small, batchSize: 2, numWorkers: 2 }, async (data) => {
      const expected = await collect(data.trainLoader(0));
      expect(new Set(expected.map(({ images }) => images.data.buffer)).size).toBe(9);
      const buffers = new Set<ArrayBufferLike>();
      for await (const batch of data.trainLoader(0, { reuseMemory: true })) {
        expect(batch).toEqual(expected[batch.batch]);
        buffers.add(batch.images.data.buffer);
      }
      expect(buffers.size).toBeLessThanOrEqual(4);
    });
  });

  test("an iteration may be left early, and the module used again", async () => {
    await withModule({ root, ...small, numWorkers: 2, batchSize: 2 }, async (data) => {
      for await (const batch of data.trainLoader(0)) if (batch.batch === 1) break;
      expect(await collect(data.trainLoader(0))).toHaveLength(9);
    });
  });

  test("MixUp and CutMix give soft targets, alike wherever the epoch is entered", async () => {
    const batchTransforms = [new MixUp(), new CutMix()];
    await withModule({ root, ...small, batchTransforms }, async (data) => {
      const batches = await collect(data.trainLoader(0));
      for (const { targets, labels } of batches) {
        expect(targets!.shape).toEqual([labels.shape[0], 2]);
        for (let row = 0; row < labels.shape[0]!; row++) {
          expect(targets!.data[row * 2]! + targets!.data[row * 2 + 1]!).toBeCloseTo(1, 6);
        }
      }
      expect(await collect(data.trainLoader(0, { startBatch: 1 }))).toEqual(batches.slice(1));
      expect((await collect(data.valLoader()!))[0]!.targets).toBeUndefined();
    });
  });

  test("a transform of one's own runs in the main thread", async () => {
    class Darken extends ImageTransform<{ readonly by: number }> {
      constructor(by: number) {
        super(z.strictObject({ by: z.number() }), { by });
      }
      protected override transform({ data }: Image): Image {
        return { width: 2, height: 2, data: data.slice(0, 12).map((value) => value / this.options.by) };
      }
    }
    const trainTransforms = new Compose({ transforms: [new Darken(300), new ToDtype()] });
    await withModule({ root, ...small, numWorkers: 2, trainTransforms }, async (data) => {
      const [batch] = await collect(data.trainLoader(0));
      expect(batch!.images.shape).toEqual([5, 3, 2, 2]);
      expect(Math.max(...batch!.images.data)).toBe(0);
    });
  });

  test("pictures of different sizes are refused with advice", async () => {
    const trainTransforms = new Compose({ transforms: [new ToDtype()] });
    for (const numWorkers of [0, 2]) {
      await withModule({ root, ...small, numWorkers, trainTransforms }, async (data) => {
        await expect(collect(data.trainLoader(0))).rejects.toMatchObject({ code: "TRANSFORM_SIZES" });
      });
    }
  });
});

describe("bad pictures", () => {
  let root: string;
  beforeAll(async () => {
    root = await pictures("bad", { "train/a": 6, "train/b": 6, "val/a": 1, "val/b": 1 });
    const whole = await readFile(join(root, "train/a/1.png"));
    await writeFile(join(root, "train/a/1.png"), whole.subarray(0, whole.length / 2));
    await writeFile(join(root, "train/b/4.png"), "");
    await writeFile(join(root, "train/b/5.png"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  });

  test.each([0, 2])("are named with the policy fail (%d workers)", async (numWorkers) => {
    await withModule({ root, imageSize: 8, batchSize: 12, numWorkers }, async (data) => {
      await expect(collect(data.trainLoader(0))).rejects.toMatchObject({
        kind: "data",
        where: expect.stringContaining(join(root, "train")),
      });
    });
  });

  test.each([0, 2])("are left out and counted with the policy skip (%d workers)", async (numWorkers) => {
    const options = { root, imageSize: 8, batchSize: 4, numWorkers, onBadPicture: "skip" } as const;
    await withModule(options, async (data) => {
      const batches = await collect(data.trainLoader(0));
      expect(batches.reduce((sum, { indices }) => sum + indices.length, 0)).toBe(9);
      for (const { images, labels, indices } of batches) {
        expect([images.shape[0], labels.shape[0]]).toEqual([indices.length, indices.length]);
      }
      const codes = [...data.badPictures].map(([name, { code }]) => [name, code]).sort();
      expect(codes).toEqual([
        [join(root, "train/a/1.png"), "PICTURE_CORRUPT"],
        [join(root, "train/b/4.png"), "PICTURE_EMPTY"],
        [join(root, "train/b/5.png"), "PICTURE_REFUSED"],
      ]);
    });
  });
});

describe("caches", () => {
  let root: string;
  const small = { imageSize: 16, batchSize: 4, numWorkers: 0 };
  beforeAll(async () => {
    root = await pictures("cached", { "train/a": 5, "train/b": 5, "val/a": 1, "val/b": 1 });
  });
  const epochs = async (data: ImageFolderDataModule): Promise<ImageBatch[][]> => [
    await collect(data.trainLoader(0)),
    await collect(data.valLoader()!),
    await collect(data.trainLoader(1)),
    await collect(data.valLoader()!),
    await collect(data.evaluationLoader("train")!),
  ];

  test.each([
    ["ram", 0],
    ["ram", 2],
    ["disk", 0],
    ["disk", 2],
    ["auto", 1],
  ] as const)("%s gives the same batches (%d workers)", async (cache, numWorkers) => {
    const expected = await withModule({ root, ...small }, epochs);
    const cacheFolder = join(folder, `pictures-${cache}-${numWorkers}`);
    const cached = { root, ...small, numWorkers, cache, cacheFolder };
    expect(await withModule(cached, epochs)).toEqual(expected);
    expect(await withModule(cached, epochs)).toEqual(expected);
  });

  test.each(["ram", "disk"] as const)("%s keeps what precedes random transforms", async (cache) => {
    const cacheFolder = join(folder, `prefix-${cache}`);
    const run = async (size: number, more: object): Promise<ImageBatch[][]> => {
      const steps = [new Resize({ size }), new CenterCrop({ size: 16 }), new GaussianBlur({ kernelSize: 3 })];
      const trainTransforms = new Compose({
        transforms: [new Compose({ transforms: steps }), new ToDtype()],
      });
      return withModule({ root, ...small, trainTransforms, ...more }, epochs);
    };
    const expected = await run(18, {});
    for (const numWorkers of [0, 2])
      expect(await run(18, { numWorkers, cache, cacheFolder })).toEqual(expected);
    const changed = await run(17, { cache, cacheFolder });
    expect(changed).toEqual(await run(17, {}));
    expect(changed).not.toEqual(expected);
  });

  test.each(["ram", "disk"] as const)("%s sees a changed file", async (cache) => {
    const path = join(root, "val/a/0.png");
    const options = { root, ...small, cache, cacheFolder: join(folder, `changed-${cache}`) };
    await withModule(options, async (data) => {
      const before = await collect(data.valLoader()!);
      expect(await collect(data.valLoader()!)).toEqual(before);
      await picture(path, 1234 + cache.length);
      const after = await collect(data.valLoader()!);
      expect(after[0]!.images.data.subarray(0, 768)).not.toEqual(before[0]!.images.data.subarray(0, 768));
      expect(after[0]!.images.data.subarray(768)).toEqual(before[0]!.images.data.subarray(768));
    });
  });

  test("cached pictures can be encoded again", async () => {
    const trainTransforms = new Compose({
      transforms: [new JPEGCompression({ p: 1 }), new Resize({ size: [8, 8] }), new ToDtype()],
    });
    const expected = await withModule({ root, ...small, trainTransforms }, epochs);
    const cached = { root, ...small, trainTransforms, numWorkers: 1, cache: "ram" } as const;
    expect(await withModule(cached, epochs)).toEqual(expected);
  });
});

describe("quarantine", () => {
  test("leaves bad pictures out without reading them again, until they change", async () => {
    const root = await pictures("quarantined", { "train/a": 4, "train/b": 4, "val/a": 1, "val/b": 1 });
    const bad = join(root, "train/a/2.png");
    await writeFile(bad, "not a picture");
    const quarantineFile = join(folder, "quarantine.jsonl");
    const options = {
      root,
      imageSize: 8,
      batchSize: 4,
      numWorkers: 1,
      onBadPicture: "quarantine",
      quarantineFile,
    } as const;
    const count = (): Promise<[number, string[]]> =>
      withModule(options, async (data) => {
        const batches = await collect(data.trainLoader(0));
        const seen = batches.reduce((sum, { indices }) => sum + indices.length, 0);
        return [seen, [...data.badPictures.keys()]];
      });
    expect(await count()).toEqual([7, [bad]]);
    expect(await count()).toEqual([7, [bad]]);
    const lines = (await readFile(quarantineFile, "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ name: bad, code: "PICTURE_FORMAT" }]);
    expect(await readFile(bad, "utf8")).toBe("not a picture");
    await picture(bad, 5);
    expect(await count()).toEqual([8, []]);
  });
});

describe("fast decoding", () => {
  test("halves large JPEGs and stays near the exact pixels", async () => {
    const root = await pictures("large", { "train/a": 2, "train/b": 2, "val/a": 1, "val/b": 1 });
    const side = 400;
    const smooth = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
      return 128 + 100 * Math.sin(x / 30 + (i % 3)) * Math.cos(y / 40);
    });
    await sharp(smooth, { raw: { width: side, height: side, channels: 3 } })
      .jpeg()
      .toFile(join(root, "val/a/1.jpg"));
    const options = { root, imageSize: 32, batchSize: 4, numWorkers: 0 };
    const [exact, fast] = await Promise.all(
      (["exact", "fast"] as const).map((decoding) =>
        withModule(
          { ...options, decoding },
          async (data) => (await collect(data.valLoader()!))[0]!.images.data,
        ),
      ),
    );
    const differences = exact!.map((value, i) => Math.abs(value - fast![i]!));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    // In units of the standard deviation: about 3 of 255 levels.
    expect(Math.max(...differences)).toBeLessThan(0.06);
  });
});
