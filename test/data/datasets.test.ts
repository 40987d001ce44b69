// Data sets of every layout, end to end: opened, split and read.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { oneClassEach } from "../../src/core/index.ts";
import {
  CSVDataModule,
  type DataModule,
  type ImageDataset,
  ImageFolderDataModule,
  JSONLDataModule,
  KnownDataModule,
} from "../../src/data/index.ts";
import { readImage } from "../../src/image/index.ts";
import { Compose, ToDtype } from "../../src/transforms/index.ts";
import { type Member, tarOf, zipOf } from "./archives.ts";

let folder: string;
const small = { imageSize: 8, batchSize: 2, numWorkers: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A PNG of one colour, by which the tests know it again. */
function png(value: number): Promise<Buffer> {
  const background = { r: value, g: value, b: value };
  return sharp({ create: { width: 4, height: 4, channels: 3, background } })
    .png()
    .toBuffer();
}

async function write(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function colours(dataset: ImageDataset | undefined): Promise<[string, number][]> {
  const result: [string, number][] = [];
  for (const [index, label] of oneClassEach(dataset?.labels ?? new Int32Array(), "here").entries()) {
    const image = await readImage(await dataset!.source(index), dataset!.name(index));
    result.push([dataset!.classes[label]!, image.data[0]!]);
  }
  return result;
}

async function setUp<M extends DataModule>(module: M): Promise<M> {
  await module.setup();
  return module;
}

async function codeOf(module: DataModule): Promise<string | undefined> {
  const error = await module.setup().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return (error as { code: string } | undefined)?.code;
}

describe("archives of an image folder", () => {
  let members: Member[];
  const long = `${"deep/".repeat(25)}picture.png`;
  beforeAll(async () => {
    const files = [
      ["photos/train/b/1.png", 10],
      ["photos/train/a/2.png", 20],
      [`photos/train/a/${long}`, 30],
      ["photos/val/a/3.png", 40],
      ["photos/val/b/4.PNG", 50],
      ["__MACOSX/photos/train/b/._1.png", 0],
    ] as const;
    members = await Promise.all(files.map(async ([path, value]) => ({ path, bytes: await png(value) })));
    members.push({ path: "photos/train/readme.txt", bytes: Buffer.from("hello") });
  });

  test.each([
    ["photos.tar", () => tarOf(members)],
    ["pax.tar", () => tarOf(members, "pax")],
    ["photos.zip", () => zipOf(members)],
  ])("%s is read in place", async (name, build) => {
    const data = await setUp(new ImageFolderDataModule({ root: await write(name, build()), ...small }));
    expect(data.classes).toEqual(["a", "b"]);
    expect(await colours(data.splits.train)).toEqual([
      ["a", 20],
      ["a", 30],
      ["b", 10],
    ]);
    expect(await colours(data.splits.val)).toEqual([
      ["a", 40],
      ["b", 50],
    ]);
    expect(data.splits.train.name(0)).toContain(`${name}/train/a/2.png`);
    await using threaded = await setUp(
      new ImageFolderDataModule({ root: join(folder, name), ...small, numWorkers: 1 }),
    );
    let seen = 0;
    for await (const { images } of threaded.valLoader()!) seen += images.shape[0]!;
    expect(seen).toBe(2);
  });

  test.each([
    ["cases.tar", tarOf],
    ["cases.zip", zipOf],
  ])("%s may name its splits in any case", async (name, build) => {
    const cased = members.map(({ path, bytes }) => ({
      path: path.replace("/train/", "/Train/").replace("/val/", "/VALIDATION/"),
      bytes,
    }));
    const data = await setUp(new ImageFolderDataModule({ root: await write(name, build(cased)), ...small }));
    expect(data.classes).toEqual(["a", "b"]);
    expect([data.splits.train, data.splits.val!].map(({ labels }) => labels.length)).toEqual([3, 2]);
  });

  test("broken ones are refused", async () => {
    const tar = tarOf(members);
    const cases = [
      ["cut.tar", tar.subarray(0, tar.length / 2), "ARCHIVE"],
      ["text.tar", Buffer.alloc(1024, "x"), "ARCHIVE"],
      ["text.zip", Buffer.alloc(1024, "x"), "ARCHIVE"],
      ["photos.tar.gz", gzipSync(tar), "ARCHIVE"],
    ] as const;
    for (const [name, bytes, code] of cases) {
      expect(await codeOf(new ImageFolderDataModule({ root: await write(name, bytes) }))).toBe(code);
    }
    expect(await codeOf(new ImageFolderDataModule({ root: join(folder, "none.zip") }))).toBe("DATA_ROOT");
  });
});

describe("JSONL annotations", () => {
  const row = (image: string, suffix: string, metadata?: object): string =>
    JSON.stringify({ image, prefix: "read the number", suffix, metadata });

  test("are found in sub-folders, with paths relative to their file; classes come from training", async () => {
    await write("jsonl/train/one/annotations.JSONL", `${row("x.png", "7")}\n\n${row("../y.png", "10")}\n`);
    await write("jsonl/train/two/b.jsonl", `${row("../one/x.png", "7")}\n${row("z.png", "")}\n`);
    await write("jsonl/train/one/x.png", await png(1));
    await write("jsonl/train/y.png", await png(2));
    await write("jsonl/train/two/z.png", await png(3));
    await write("jsonl/valid/v.jsonl", `${row("v.png", "10")}\n${row("v.png", "7")}\n${row("v.png", "99")}`);
    await write("jsonl/valid/v.png", await png(4));
    const data = await setUp(new JSONLDataModule({ root: join(folder, "jsonl"), ...small }));
    expect(data.classes).toEqual(["10", "7"]);
    expect(await colours(data.splits.train)).toEqual([
      ["7", 1],
      ["10", 2],
      ["7", 1],
    ]);
    expect(await colours(data.splits.val)).toEqual([
      ["10", 4],
      ["7", 4],
    ]);
    expect(data.warnings).toEqual([
      expect.stringContaining("1 rows without a class"),
      expect.stringContaining("1 rows of classes that training does not have"),
    ]);
  });

  test("without splits are split, groups and repeated pictures kept together", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const player = Math.floor(i / 6);
      return row(`${i % 2 === 0 ? i : i - 1}.png`, player % 2 === 0 ? "a" : "b", { player });
    });
    await write("groups/all.jsonl", rows.join("\n"));
    const options = { root: join(folder, "groups"), ...small, valFraction: 0.3, groupKey: "player" };
    const data = await setUp(new JSONLDataModule(options));
    const { train, val } = data.splits.split!;
    const players = (names: readonly string[]): Set<number> =>
      new Set(names.map((name) => Math.floor(Number.parseInt(name, 10) / 6)));
    const overlap = [...players(train)].filter((player) => players(val).has(player));
    expect(overlap).toEqual([]);
    expect(val.length).toBeGreaterThanOrEqual(12);
    expect(val.length).toBeLessThanOrEqual(24);
    const bad = await write("badrow/all.jsonl", `${row("a.png", "a")}\n{"image": 3}`);
    const module = new JSONLDataModule({ root: dirname(bad), ...small });
    await expect(module.setup()).rejects.toMatchObject({ code: "TABLE_ROW", where: `${bad}:2` });
  });
});

describe("CSV tables", () => {
  test("have columns of any name, quotes and splits", async () => {
    for (const [i, name] of ["a 1.png", "b,2.png", "c.png", "d.png"].entries())
      await write(`csv/${name}`, await png(i));
    const file = await write(
      "csv/table.csv",
      '\uFEFFfile;class;split\r\n"a 1.png";"say ""cat""";train\r\n"b,2.png";dog;train\r\nc.png;dog;valid\r\nd.png;"say ""cat""";VAL\r\n',
    );
    const columns = { imageColumn: "file", labelColumn: "class", separator: ";" };
    const data = await setUp(new CSVDataModule({ file, ...columns, ...small }));
    expect(await colours(data.splits.train)).toEqual([
      [`say "cat"`, 0],
      ["dog", 1],
    ]);
    expect(await colours(data.splits.val)).toEqual([
      ["dog", 2],
      [`say "cat"`, 3],
    ]);
    const misspelt = new CSVDataModule({ file, ...columns, labelColumn: "clas", ...small });
    await expect(misspelt.setup()).rejects.toMatchObject({
      code: "TABLE_COLUMN",
      hint: `did you mean "class"?`,
    });
  });

  test.each([
    ["image,label\na.png", "TABLE_ROW"],
    ['image,label\n"a.png,x\n', "TABLE_ROW"],
    ['image,label\n"a.png"x,y\n', "TABLE_ROW"],
    ["image,label,split\na.png,x,holdout\n", "TABLE_ROW"],
    ["", "TABLE_EMPTY"],
    ["image,label\n", "TABLE_EMPTY"],
  ])("%j is refused", async (text, code) => {
    expect(await codeOf(new CSVDataModule({ file: await write("bad.csv", text), ...small }))).toBe(code);
  });
});

describe("k folds", () => {
  test("hold every picture once and keep the classes' proportions", async () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${i}.png,${i % 5 === 0 ? "rare" : "common"}`);
    const file = await write("folds.csv", `image,label\n${lines.join("\n")}\n`);
    const seen: string[] = [];
    for (let fold = 0; fold < 5; fold++) {
      const { split } = (await setUp(new CSVDataModule({ file, ...small, folds: 5, fold }))).splits;
      expect(split!.val.filter((name) => Number.parseInt(name, 10) % 5 === 0)).toHaveLength(2);
      expect(split!.val).toHaveLength(10);
      expect([...split!.train, ...split!.val].sort()).toEqual(lines.map((line) => line.split(",")[0]).sort());
      seen.push(...split!.val);
    }
    expect(new Set(seen).size).toBe(50);
    expect(await codeOf(new CSVDataModule({ file, ...small, folds: 5, fold: 5 }))).toBe("SPLIT_FRACTIONS");
  });
});

describe("binary data sets", () => {
  const idx = (shape: readonly number[], data: readonly number[]): Buffer => {
    const header = Buffer.alloc(4 + 4 * shape.length);
    header.set([0, 0, 8, shape.length]);
    shape.forEach((dim, axis) => {
      header.writeUInt32BE(dim, 4 + 4 * axis);
    });
    return Buffer.concat([header, Buffer.from(data)]);
  };

  test("the MNIST family, plain or gzipped", async () => {
    const count = 40;
    const pixels = Array.from({ length: count * 6 }, (_, i) => Math.floor(i / 6) + (i % 6));
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    await write("mnist/train-images-idx3-ubyte.gz", gzipSync(idx([count, 3, 2], pixels)));
    await write("mnist/train-labels-idx1-ubyte", idx([count], labels));
    await write("mnist/t10k-images-idx3-ubyte", idx([count, 3, 2], pixels));
    await write("mnist/t10k-labels-idx1-ubyte.gz", gzipSync(idx([count], labels)));
    const transforms = new Compose({ transforms: [new ToDtype({ scale: false })] });
    const options = { name: "mnist", root: join(folder, "mnist"), ...small, numWorkers: 1 };
    await using data = await setUp(
      new KnownDataModule({ ...options, valTransforms: transforms, trainTransforms: transforms }),
    );
    expect(data.classes).toHaveLength(10);
    expect(data.splits.train.labels.length + data.splits.val!.labels.length).toBe(count);
    for await (const { images, labels: batchLabels, indices } of data.testLoader()!) {
      expect(images.shape).toEqual([2, 3, 3, 2]);
      expect([...batchLabels.data]).toEqual(indices.map((index) => index % 10));
      const [index] = indices;
      expect([...images.data.subarray(0, 6)]).toEqual([0, 1, 2, 3, 4, 5].map((k) => index! + k));
      expect([...images.data.subarray(12, 18)]).toEqual([...images.data.subarray(0, 6)]);
    }
    await write("mnist/t10k-labels-idx1-ubyte.gz", gzipSync(idx([count], labels.with(7, 10))));
    await expect(setUp(new KnownDataModule(options))).rejects.toMatchObject({
      code: "BINARY_FILE",
      where: join(folder, "mnist/t10k-labels-idx1-ubyte.gz"),
      message: "picture 7 has the label 10 where there are 10 classes",
    });
    await write("mnist/t10k-images-idx3-ubyte", idx([count, 3, 2], pixels).subarray(0, 99));
    expect(await codeOf(new KnownDataModule(options))).toBe("BINARY_FILE");
  });

  test("CIFAR from its archive", async () => {
    const record = (label: number, value: number): Buffer =>
      Buffer.concat([Buffer.from([label]), Buffer.alloc(1024, value), Buffer.alloc(2048, 255 - value)]);
    const file = (offset: number): Buffer =>
      Buffer.concat(Array.from({ length: 20 }, (_, i) => record(i % 10, offset + i)));
    const names = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
    const members: Member[] = [1, 2, 3, 4, 5].map((part) => ({
      path: `cifar-10-batches-bin/data_batch_${part}.bin`,
      bytes: file(part * 20),
    }));
    members.push({ path: "cifar-10-batches-bin/test_batch.bin", bytes: file(0) });
    members.push({
      path: "cifar-10-batches-bin/batches.meta.txt",
      bytes: Buffer.from(`${names.join("\n")}\n\n`),
    });
    await write("cifar/cifar-10-binary.tar.gz", gzipSync(tarOf(members)));
    const data = await setUp(new KnownDataModule({ name: "cifar10", root: join(folder, "cifar"), ...small }));
    expect(data.classes).toEqual(names);
    const image = await readImage(await data.splits.test!.source(3), "3");
    expect([...image.data.subarray(0, 3)]).toEqual([3, 252, 252]);
    expect(data.splits.train.labels.length).toBe(80);
    expect(await readFile(join(folder, "cifar", "test_batch.bin"))).toEqual(file(0));
  });

  test("CIFAR as its archive unpacks, and with a label of no class", async () => {
    const record = (fine: number): Buffer => Buffer.concat([Buffer.from([0, fine]), Buffer.alloc(3072)]);
    const whole = Buffer.concat(Array.from({ length: 10 }, (_, i) => record(i % 2)));
    await write("cifar100/cifar-100-binary/train.bin", whole);
    await write("cifar100/cifar-100-binary/fine_label_names.txt", "apple\nbear\n");
    const file = await write("cifar100/cifar-100-binary/test.bin", whole);
    const options = { name: "cifar100", root: join(folder, "cifar100"), ...small };
    const data = await setUp(new KnownDataModule(options));
    expect(
      [data.splits.train, data.splits.val!, data.splits.test!].map((part) => part.labels.length),
    ).toEqual([8, 2, 10]);
    await write("cifar100/cifar-100-binary/test.bin", Buffer.concat([whole, record(2)]));
    await expect(setUp(new KnownDataModule(options))).rejects.toMatchObject({
      code: "BINARY_FILE",
      where: file,
      message: "picture 10 has the label 2 where there are 2 classes",
    });
  });

  test("missing files and unknown names are told apart", async () => {
    const root = join(folder, "nothing");
    await expect(setUp(new KnownDataModule({ name: "mnist", root, ...small }))).rejects.toMatchObject({
      code: "DATA_ROOT",
      hint: expect.stringContaining("data.download=true"),
    });
    expect(() => new KnownDataModule({ name: "cifar", root })).toThrowError(
      expect.objectContaining({ code: "DATASET_UNKNOWN", hint: `did you mean "cifar10"?` }),
    );
  });
});
