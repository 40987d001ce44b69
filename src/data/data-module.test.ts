import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { RandomStream } from "../core/index.ts";
import type { Image } from "./image.ts";
import { ImageFolderDataModule, type ImageFolderDataModuleOptions } from "./image-folder-data-module.ts";
import type { Batch, DataLoader } from "./loader.ts";
import { Compose } from "./transforms/compose.ts";
import { CutMix } from "./transforms/cut-mix.ts";
import { MixUp } from "./transforms/mix-up.ts";
import { ToDtype } from "./transforms/to-dtype.ts";
import { ImageTransform } from "./transforms/transform.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-module-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function picture(path: string, seed: number): Promise<void> {
  const random = new RandomStream(seed, "picture");
  const [width, height] = [20 + random.integer(20), 20 + random.integer(20)];
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
  await mkdir(dirname(path), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}

/** Writes `counts` pictures under `name`: { "train/cat": 3 }. */
async function pictures(name: string, counts: Readonly<Record<string, number>>): Promise<string> {
  const root = join(folder, name);
  let seed = 0;
  for (const [path, count] of Object.entries(counts)) {
    await mkdir(join(root, path), { recursive: true });
    for (let i = 0; i < count; i++) await picture(join(root, path, `${i}.png`), seed++);
  }
  return root;
}

async function collect(loader: DataLoader): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

async function withModule<T>(
  options: ImageFolderDataModuleOptions,
  use: (module: ImageFolderDataModule) => Promise<T>,
): Promise<T> {
  const module = new ImageFolderDataModule(options);
  try {
    await module.setup();
    return await use(module);
  } finally {
    await module.close();
  }
}

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

describe("folders that cannot be trained on are refused", () => {
  const fails = async (options: ImageFolderDataModuleOptions, code: string, text: string): Promise<void> => {
    const module = new ImageFolderDataModule({ batchSize: 2, ...options });
    const error = await module.setup().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ kind: "data", code });
    expect((error as { toLine(): string }).toLine()).toContain(text);
  };

  test("no such folder", () => fails({ root: join(folder, "nowhere") }, "DATA_ROOT", "no such folder"));
  test("a file", async () => {
    await writeFile(join(folder, "file"), "");
    await fails({ root: join(folder, "file") }, "DATA_ROOT", "a file, not a folder");
  });
  test("no classes", async () =>
    fails({ root: await pictures("none", { ".hidden": 1 }) }, "NO_CLASSES", "class"));
  test("an empty class", async () =>
    fails({ root: await pictures("empty", { a: 2, b: 0 }) }, "CLASS_EMPTY", `"b" has no pictures`));
  test("one class", async () => fails({ root: await pictures("one", { a: 4 }) }, "SINGLE_CLASS", `"a"`));
  test("fewer pictures than a batch", async () =>
    fails(
      { root: await pictures("few", { a: 2, b: 2 }), batchSize: 32 },
      "FEWER_THAN_BATCH",
      "data.batch_size=2",
    ));
  test("a class with too few pictures to split", async () =>
    fails({ root: await pictures("tiny", { a: 4, b: 1 }) }, "CLASS_TOO_SMALL", `"b"`));
  test("a split without a class", async () => {
    const root = await pictures("lacking", { "train/a": 2, "train/b": 2, "val/a": 1 });
    await fails({ root }, "SPLIT_LACKS_CLASS", `validation split has no picture of class "b"`);
    const lenient = new ImageFolderDataModule({ root, batchSize: 2, allowMissingClasses: true });
    await lenient.setup();
    expect(lenient.warnings).toEqual([`the validation split has no picture of class "b"`]);
  });
  test("a split with a class that training does not have", async () => {
    const root = await pictures("more", { "train/cat": 2, "train/dog": 2, "val/cat": 1, "val/dogs": 1 });
    await fails({ root }, "CLASS_UNKNOWN", `did you mean "dog"?`);
  });
  test("two folders for validation", async () => {
    const root = await pictures("two", { "train/a": 2, "train/b": 2, "val/a": 1, "valid/a": 1 });
    await fails({ root }, "SPLIT_AMBIGUOUS", "both val and valid");
  });
});

describe("folders that are split here", () => {
  test("are split alike for one seed, and as written afterwards", async () => {
    const root = await pictures("whole", { a: 10, b: 20, ".git": 1 });
    await writeFile(join(root, "a", "notes.txt"), "");
    const splitFile = join(folder, "split.json");
    const options = { root, batchSize: 4, imageSize: 8, numWorkers: 0, testFraction: 0.1 };
    const names = (module: ImageFolderDataModule, part: "train" | "val" | "test"): string[] => {
      const dataset = module.splits[part]!;
      return Array.from(dataset.labels, (_, index) => dataset.name(index));
    };
    const first = new ImageFolderDataModule({ ...options, splitFile });
    await first.setup();
    expect(first.splits.train.labels.length).toBe(21);
    expect([...first.splits.val!.labels]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...first.splits.test!.labels]).toEqual([0, 1, 1]);
    expect(first.warnings).toEqual([
      `${root}: hidden folders are not classes: .git`,
      `${root}: 1 files are hidden or do not end like a picture; left out`,
    ]);

    const again = new ImageFolderDataModule(options);
    await again.setup();
    expect(names(again, "val")).toEqual(names(first, "val"));
    expect(again.splits.split).toEqual(first.splits.split);

    await picture(join(root, "a", "new.png"), 99);
    const val = names(first, "val");
    await rm(val[0]!);
    const later = new ImageFolderDataModule({ ...options, seed: 7, splitFile });
    await later.setup();
    expect(names(later, "val")).toEqual(val.slice(1));
    expect(names(later, "train")).toContain(join(root, "a", "new.png"));
    expect(later.warnings.slice(2)).toEqual([
      expect.stringContaining("1 pictures of"),
      expect.stringContaining("1 pictures are new"),
    ]);
  });

  test("may have train and test but no validation folder", async () => {
    const root = await pictures("half", { "train/a": 5, "train/b": 5, "test/a": 1, "test/b": 1 });
    const module = new ImageFolderDataModule({ root, batchSize: 2 });
    await module.setup();
    const sizes = [module.splits.train, module.splits.val!, module.splits.test!].map(
      ({ labels }) => labels.length,
    );
    expect(sizes).toEqual([8, 2, 2]);
  });

  test("links are followed, but not round in circles", async () => {
    const root = await pictures("links", { a: 3, b: 3 });
    await symlink(root, join(root, "a", "loop"));
    await symlink(join(folder, "half", "test"), join(root, "c"));
    const module = new ImageFolderDataModule({ root, batchSize: 2 });
    await module.setup();
    expect(module.classes).toEqual(["a", "b", "c"]);
    const all = module.splits.train.labels.length + module.splits.val!.labels.length;
    expect(all).toBeGreaterThanOrEqual(8);
    expect(all).toBeLessThan(20);
  });
});
