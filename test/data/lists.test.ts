// Lists as people have them: without a header, in a file for each split, with labels that are named elsewhere.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CSVDataModule,
  type CSVDataModuleOptions,
  type DataModule,
  type ImageDataset,
  JSONLDataModule,
  labelText,
} from "../../src/data/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lists-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function write(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const small = { imageSize: 8, batchSize: 1, numWorkers: 0, allowMissingClasses: true };

async function open<M extends DataModule>(module: M): Promise<M> {
  await module.setup();
  return module;
}
const table = (options: CSVDataModuleOptions): Promise<CSVDataModule> =>
  open(new CSVDataModule({ ...small, ...options }));

/** Class and path below the folder of every picture, in order. */
function listed(dataset: ImageDataset | undefined): string[] {
  return Array.from(
    dataset?.labels.keys() ?? [],
    (index) => `${labelText(dataset!, index)} ${dataset!.name(index).replace(`${folder}/`, "")}`,
  );
}

const everything = ({ splits }: DataModule): string[] =>
  [...listed(splits.train), ...listed(splits.val)].sort();

describe("one table", () => {
  test("without a header has columns by number, and blanks behind its commas", async () => {
    const lines = ["a/001.jpg, 0, 7", "a/002.jpg, 0, 7", "b/001.jpg, 1, 8", "b/002.jpg, 1, 8"];
    const file = await write("caffe/list.txt", lines.join("\n"));
    const data = await table({ file, header: false });
    expect(data.classes).toEqual(["0", "1"]);
    expect(everything(data)[0]).toBe("0 caffe/a/001.jpg");
    expect((await table({ file, header: false, labelColumn: 2 })).classes).toEqual(["7", "8"]);
    await expect(table({ file, header: false, labelColumn: 3 })).rejects.toMatchObject({
      code: "TABLE_COLUMN",
      hint: "columns have the numbers 0 to 2",
    });
    await expect(table({ file, header: false, labelColumn: "label" })).rejects.toMatchObject({
      code: "TABLE_COLUMN",
    });
    await expect(table({ file })).rejects.toMatchObject({
      code: "TABLE_COLUMN",
      hint: expect.stringContaining("data.header=false"),
    });
  });

  test("may have a byte order mark, semicolons, quotes and Windows' ends of lines; 01 and 1 are two classes", async () => {
    const text = '\uFEFFpath;label\r\n"a/1.jpg";"01"\r\na/2.jpg;1\r\na/3.jpg;"01"\r\na/4.jpg;1\r\n';
    const file = await write("semicolons.csv", text);
    const data = await table({ file, imageColumn: "path" });
    expect(data.classes).toEqual(["01", "1"]);
    expect(everything(data)).toEqual(["01 a/1.jpg", "01 a/3.jpg", "1 a/2.jpg", "1 a/4.jpg"]);
    await expect(table({ file, imageColumn: "path", separator: "," })).rejects.toMatchObject({
      code: "TABLE_SEPARATOR",
    });
  });

  test("may have blanks between path and label, and names for its labels", async () => {
    const file = await write("blanks.txt", "a/1.jpg 0\nb/2.jpg 2\na/3.jpg 0\nb/4.jpg 2\n");
    const classNamesFile = await write("classes.txt", "zebra\nunused\nant\n");
    const data = await table({ file, header: false, classNamesFile });
    expect(data.classes).toEqual(["zebra", "ant"]);
    expect(everything(data)).toContain("ant b/2.jpg");
    const short = await write("short.txt", "zebra\nant\n");
    await expect(table({ file, header: false, classNamesFile: short })).rejects.toMatchObject({
      code: "CLASS_NAMES",
      message: 'label "2" has no name',
      where: `${file}:2`,
    });
  });

  test("has columns by number beside a header, too, and names before numbers", async () => {
    const file = await write("years.csv", "p,2020,2021\na.jpg,x,1\nb.jpg,y,2\nc.jpg,x,1\nd.jpg,y,2\n");
    expect((await table({ file, imageColumn: 0, labelColumn: 1 })).classes).toEqual(["x", "y"]);
    expect((await table({ file, imageColumn: 0, labelColumn: 2021 })).classes).toEqual(["1", "2"]);
  });
});

describe("a table for each split", () => {
  test("gives its pictures relative to itself, with the classes of training", async () => {
    const trainFile = await write("apart/train/list.txt", "1.jpg 0\n2.jpg 1\n3.jpg 0\n");
    const valFile = await write("apart/val/list.txt", "4.jpg 1\n5.jpg 2\n");
    const testFile = await write("apart/test.txt", "test/6.jpg 0\n");
    const data = await table({ trainFile, valFile, testFile, header: false });
    expect(listed(data.splits.train)).toEqual([
      "0 apart/train/1.jpg",
      "1 apart/train/2.jpg",
      "0 apart/train/3.jpg",
    ]);
    expect(listed(data.splits.val)).toEqual(["1 apart/val/4.jpg"]);
    expect(listed(data.splits.test)).toEqual(["0 apart/test/6.jpg"]);
    expect(data.warnings[0]).toBe(`${valFile}: 1 rows of classes that training does not have are left out`);
    const rooted = await table({ trainFile, valFile, header: false, root: join(folder, "pictures") });
    expect(listed(rooted.splits.val)).toEqual(["1 pictures/4.jpg"]);
  });

  test("of training alone is split, by groups", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i}.jpg,${i % 2},${Math.floor(i / 2)}`);
    const trainFile = await write("alone.csv", `image,label,player\n${rows.join("\n")}\n`);
    const { splits } = await table({ trainFile, groupColumn: "player" });
    const players = (dataset: ImageDataset): Set<number> =>
      new Set(
        Array.from(dataset.labels.keys(), (i) =>
          Math.floor(Number(/(\d+)\.jpg$/.exec(dataset.name(i))![1]) / 2),
        ),
      );
    for (const player of players(splits.val!)) expect(players(splits.train).has(player)).toBe(false);
  });

  test.each([
    [{}, "data.file"],
    [{ file: "a.csv", trainFile: "b.csv" }, "data.file"],
    [{ valFile: "b.csv" }, "data.val_file"],
    [{ file: "a.csv", testFile: "b.csv" }, "data.test_file"],
    [{ trainFile: "a.csv", splitColumn: "split" }, "data.split_column"],
  ])("%j is refused", (options, where) => {
    expect(() => new CSVDataModule({ ...small, ...options })).toThrow(
      expect.objectContaining({ kind: "usage", code: "DATA_FILES", where }),
    );
  });

  test("that is not there is named by its setting", async () => {
    await expect(table({ trainFile: join(folder, "nowhere.csv") })).rejects.toMatchObject({
      code: "DATA_ROOT",
      hint: "give it as data.train_file=PATH",
    });
  });
});

describe("annotations", () => {
  const rows = (...pairs: readonly (readonly [string, string | number])[]): string =>
    pairs.map(([image, suffix]) => JSON.stringify({ image, suffix })).join("\r\n");

  test("may lie in a file for each split, with labels that are named elsewhere", async () => {
    const trainFile = await write(
      "jsonl/train.jsonl",
      `\uFEFF${rows(["1.jpg", 1], ["2.jpg", "0"], ["3.jpg", 1])}\r\n`,
    );
    const valFile = await write("jsonl/deep/val.jsonl", rows(["4.jpg", "0"]));
    const classNamesFile = await write("jsonl/names.txt", "0 zebra\n1 ant\n");
    const options = { ...small, trainFile, valFile, classNamesFile };
    const data = await open(new JSONLDataModule(options));
    expect(data.classes).toEqual(["zebra", "ant"]);
    expect(listed(data.splits.train)).toEqual(["ant jsonl/1.jpg", "zebra jsonl/2.jpg", "ant jsonl/3.jpg"]);
    expect(listed(data.splits.val)).toEqual(["zebra jsonl/deep/4.jpg"]);
    const root = join(folder, "elsewhere");
    const rooted = await open(new JSONLDataModule({ ...options, root }));
    expect(listed(rooted.splits.val)).toEqual(["zebra elsewhere/4.jpg"]);
  });

  test("that lie nowhere are refused", () => {
    expect(() => new JSONLDataModule({ ...small })).toThrow(expect.objectContaining({ where: "data.root" }));
    expect(() => new JSONLDataModule({ ...small, root: "a", valFile: "b" })).toThrow(
      expect.objectContaining({ where: "data.val_file" }),
    );
  });
});
