// Pictures with several labels, from tables, annotations and folders: the same labels whatever form they come in.
import { copyFile, link, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabelSets } from "../../src/core/index.ts";
import {
  COCODataModule,
  type COCODataModuleOptions,
  CSVDataModule,
  type CSVDataModuleOptions,
  type DataModule,
  type ImageDataset,
  ImageFolderDataModule,
  JSONLDataModule,
  KnownDataModule,
  labelText,
} from "../../src/data/index.ts";
import { picture } from "./pictures.ts";

let folder: string;
const small = { imageSize: 8, batchSize: 2, numWorkers: 0 } as const;
const several = { ...small, task: "multi_label" } as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "several-labels-"));
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

const lines = (...rows: readonly string[]): string => rows.join("\n");

/** Each picture's last part of the path and its labels, of all training pictures as they lie. */
async function read(
  module: DataModule,
): Promise<{ readonly labels: Record<string, string>; warnings: readonly string[] }> {
  const { train, warnings } = await module.asTheyLie();
  return { labels: textOf(train), warnings };
}

function textOf(dataset: ImageDataset): Record<string, string> {
  return Object.fromEntries(
    Array.from(dataset.labels.keys(), (i) => [dataset.name(i).split("/").at(-1)!, labelText(dataset, i)]),
  );
}

const entries = (dataset: ImageDataset): number[][] =>
  Array.from(dataset.labels.keys(), (i) => [...(dataset.labels as LabelSets).row(i)]);

const csv = (options: Partial<CSVDataModuleOptions>): CSVDataModule =>
  new CSVDataModule({ ...several, ...options });

const EXPECTED = { "1.png": "cat, dog", "2.png": "no label", "3.png": "bird", "4.png": "cat" };

describe("the same labels come from", () => {
  test("one column", async () => {
    const file = await write(
      "one/t.csv",
      lines("image,label", "1.png,dog | cat", "2.png,", "3.png,bird|", "4.png,cat|cat"),
    );
    const { labels, warnings } = await read(csv({ file, labelSeparator: "|" }));
    expect(labels).toEqual(EXPECTED);
    expect(warnings).toEqual([`${file}: 1 pictures have no label`]);
  });

  test("one column whose labels are separated as fields might be", async () => {
    const text = lines("1.png;dog,cat", "3.png;bird,bird", "4.png;cat,");
    const file = await write("comma/t.csv", text);
    const { labels } = await read(csv({ file, header: false, labelSeparator: "," }));
    expect(labels).toEqual({ "1.png": "cat, dog", "3.png": "bird", "4.png": "cat" });
  });

  test("several rows", async () => {
    const rows = ["1.png,cat", "2.png,", "3.png,bird", "4.png,cat", "1.png,dog", "./1.png,cat"];
    const file = await write("rows/t.csv", lines("image,label", ...rows));
    expect((await read(csv({ file }))).labels).toEqual(EXPECTED);
  });

  test.each<[string, NonNullable<CSVDataModuleOptions["labelColumns"]>]>([
    ["all other columns", "*"],
    ["columns that are named", ["dog", "cat", "bird"]],
    ["columns by number", [1, 2, 3]],
  ])("%s", async (_, labelColumns) => {
    const rows = ["1.png,true,X,no,a", "2.png,0,,false,a", "3.png,No,0.0,1.0,b", "4.png,,1,,b"];
    const file = await write("columns/t.csv", lines("image,dog,cat,bird,where", ...rows));
    expect((await read(csv({ file, labelColumns, groupColumn: "where" }))).labels).toEqual(EXPECTED);
  });

  test("arrays in annotations", async () => {
    const row = (image: string, suffix: unknown): string => JSON.stringify({ image, suffix });
    const rows = [
      row("1.png", ["dog", "cat"]),
      row("2.png", null),
      row("3.png", "bird"),
      row("4.png", ["cat"]),
    ];
    await write("jsonl/rows.jsonl", lines(...rows));
    const root = join(folder, "jsonl");
    expect((await read(new JSONLDataModule({ ...several, root }))).labels).toEqual(EXPECTED);
    await expect(new JSONLDataModule({ ...small, root }).setup()).rejects.toMatchObject({
      code: "TABLE_ROW",
      where: expect.stringContaining("rows.jsonl:1"),
      hint: expect.stringContaining("task=multi_label"),
    });
  });

  test("objects in the format of COCO", async () => {
    const file = await write("coco/train.json", JSON.stringify(coco()));
    const { labels, warnings } = await read(new COCODataModule({ ...several, trainFile: file }));
    expect(labels).toEqual(EXPECTED);
    expect(warnings).toEqual([
      `${file}: 1 of 4 categories have no picture and are left out: animal`,
      `${file}: 1 pictures have no label`,
    ]);
  });

  test("links and copies in folders", async () => {
    const root = join(folder, "folders");
    for (const [i, name] of ["1", "3", "4"].entries())
      await picture(join(folder, "originals", `${name}.png`), i);
    for (const name of ["cat", "dog", "bird"]) await mkdir(join(root, name), { recursive: true });
    const original = (name: string): string => join(folder, "originals", `${name}.png`);
    await copyFile(original("1"), join(root, "cat", "1.png"));
    await copyFile(original("1"), join(root, "dog", "other name.png"));
    await link(original("4"), join(root, "cat", "4.png"));
    await symlink(original("3"), join(root, "bird", "3.png"));
    const { labels, warnings } = await read(new ImageFolderDataModule({ ...several, root }));
    const { "2.png": _, ...expected } = EXPECTED;
    expect(labels).toEqual(expected);
    expect(warnings).toEqual(["1 of 3 pictures lie in several places and are one sample with all labels"]);
    expect(Object.keys((await read(new ImageFolderDataModule({ ...small, root }))).labels)).toHaveLength(4);
  });
});

/** Four pictures and their objects: two cats in one, crowds too, and a category above the others that nothing is of. */
function coco(): {
  images: object[];
  annotations: { id: number; image_id: number; category_id: number }[];
  categories: object[];
} {
  const names = ["animal", "dog", "cat", "bird"];
  const objects = [
    [11, 5],
    [11, 3],
    [11, 5],
    [13, 90],
    [14, 5],
  ] as const;
  return {
    images: [1, 2, 3, 4].map((i) => ({ id: 10 + i, file_name: `${i}.png`, width: 8, height: 8 })),
    annotations: objects.map(([image_id, category_id], i) => ({
      id: i,
      image_id,
      category_id,
      iscrowd: i % 2,
      bbox: [],
    })),
    categories: [0, 3, 5, 90].map((id, i) => ({ id, name: names[i] })),
  };
}

describe("empty cells", () => {
  test("say of columns that nobody has looked", async () => {
    const file = await write(
      "empty/t.csv",
      lines("image,a,b", "1.png,1,", "2.png,0,1", "3.png,,", "1.png,,0"),
    );
    const { train, warnings } = await csv({ file, labelColumns: "*", emptyLabel: "unknown" }).asTheyLie();
    expect(entries(train)).toEqual([
      [1, 0],
      [0, 1],
      [-1, -1],
    ]);
    expect(warnings).toContain(`${file}: of 1 pictures nothing is known`);
  });

  test("say of names that nothing is known", async () => {
    const file = await write("empty/n.csv", lines("image,label", "1.png,a", "2.png,b", "3.png,"));
    const { train } = await csv({ file, labelSeparator: "|", emptyLabel: "unknown" }).asTheyLie();
    expect(entries(train)).toEqual([
      [1, 0],
      [0, 1],
      [-1, -1],
    ]);
  });
});

describe("splits", () => {
  test("have the labels of training, in its order", async () => {
    const trainFile = await write("parts/train.csv", lines("image,label", "1.png,b|a", "2.png,b"));
    const valFile = await write("parts/val.csv", lines("image,label", "3.png,z|a", "4.png,z|y"));
    const { val, warnings } = await csv({ trainFile, valFile, labelSeparator: "|" }).asTheyLie();
    expect(val!.classes).toEqual(["a", "b"]);
    expect(entries(val!)).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(warnings).toEqual([
      `${valFile}: labels that training does not have are left out: y (1), z (2)`,
      `${valFile}: 1 pictures have no label`,
      "the validation split has no picture with 1 of 2 labels: b",
    ]);
  });

  test("lack labels with a warning, not an error", async () => {
    const trainFile = await write("lack/train.csv", lines("image,label", "1.png,b|a", "2.png,b"));
    const valFile = await write("lack/val.csv", lines("image,label", "3.png,b"));
    const module = csv({ trainFile, valFile, labelSeparator: "|" });
    await module.setup();
    expect(module.warnings).toEqual(["the validation split has no picture with 1 of 2 labels: a"]);
  });

  test("are refused where no training picture has one", async () => {
    const trainFile = await write("lack/n.csv", lines("image,a,b", "1.png,0,0", "2.png,0,"));
    const valFile = await write("lack/p.csv", lines("image,a,b", "3.png,1,0"));
    await expect(csv({ trainFile, valFile, labelColumns: "*" }).setup()).rejects.toMatchObject({
      ...{ code: "NO_LABELS", message: "no training picture has a label" },
    });
  });

  test("lack a column", async () => {
    const trainFile = await write("lack/c.csv", lines("image,a,b", "1.png,1,1", "2.png,0,1"));
    const valFile = await write("lack/v.csv", lines("image,a", "3.png,1"));
    await expect(csv({ trainFile, valFile, labelColumns: "*" }).setup()).rejects.toMatchObject({
      code: "TABLE_COLUMN",
      message: `there is no column for the label "b" of training`,
      where: valFile,
    });
  });

  test.each([
    ["a label twice", "image,a,b,a", "*", 'two columns have the label "a"'],
    ["a listed label twice", "image,a,b,a", ["b", "a"], 'two columns have the name "a"'],
    ["no name", "image,a,b,", "*", "a column without a name cannot be a label"],
  ] as const)("refuse columns with %s", async (_, header, labelColumns, message) => {
    const file = await write("lack/doubled.csv", lines(header, "1.png,1,1,0", "2.png,0,1,1"));
    await expect(csv({ file, labelColumns }).setup()).rejects.toMatchObject({
      ...{ code: "TABLE_COLUMN", message, where: file },
    });
  });

  test("are written and read under any name of a picture", async () => {
    const root = join(folder, "written");
    for (let i = 0; i < 10; i++) await picture(join(root, i % 2 ? "m" : "n", `${i}.png`), i);
    const options = { ...several, root, splitFile: join(folder, "written.json") };
    const before = new ImageFolderDataModule(options);
    await before.setup();
    const validated = textOf(before.splits.val!);
    const [name] = Object.keys(validated);
    const label = validated[name!]!;
    // Now it has another label too, whose folder comes before.
    await mkdir(join(root, "a"));
    await copyFile(join(root, label, name!), join(root, "a", "copy.png"));
    const after = new ImageFolderDataModule(options);
    await after.setup();
    expect(textOf(after.splits.val!)).toMatchObject({ "copy.png": `a, ${label}` });
    expect(after.splits.train.labels.length).toBe(before.splits.train.labels.length);
    expect(after.warnings.filter((line) => /gone|new since/.test(line))).toEqual([]);
  });
});

test("labels have the names of a file, in its order", async () => {
  const classNamesFile = await write("named/names.txt", lines("cat", "dog", "bird"));
  const file = await write("named/t.csv", lines("image,label", "1.png,2|0", "2.png,0"));
  const { train } = await csv({ file, labelSeparator: "|", classNamesFile }).asTheyLie();
  expect(train.classes).toEqual(["cat", "bird"]);
  expect(entries(train)).toEqual([
    [1, 1],
    [1, 0],
  ]);
});

describe("settings that contradict each other are refused", () => {
  const file = "t.csv";
  test.each<[string, Partial<CSVDataModuleOptions>, string]>([
    ["a separator without the task", { task: "multi_class", labelSeparator: "|" }, "data.label_separator"],
    ["columns without the task", { task: "multi_class", labelColumns: "*" }, "data.label_columns"],
    ["empty cells without the task", { task: "multi_class", emptyLabel: "unknown" }, "data.empty_label"],
    ["columns and a column", { labelColumns: ["a"], labelColumn: "label" }, "data.label_columns"],
    ["columns and a separator", { labelColumns: ["a"], labelSeparator: "|" }, "data.label_columns"],
  ])("%s", (_, options, where) => {
    expect(() => csv({ file, ...options })).toThrow(expect.objectContaining({ kind: "usage", where }));
  });

  test("a column with another meaning, or twice", async () => {
    const table = await write("twice/t.csv", lines("image,a", "1.png,1"));
    for (const labelColumns of [["image"], ["a", "a"]]) {
      const error = { code: "LABEL_SETTINGS", where: "data.label_columns" };
      await expect(csv({ file: table, labelColumns }).asTheyLie()).rejects.toMatchObject(error);
    }
  });

  test("known data sets, whose pictures have one class", () => {
    const options = { ...several, name: "mnist", root: folder };
    expect(() => new KnownDataModule(options)).toThrow(expect.objectContaining({ code: "TASK" }));
  });
});

describe("what is wrong is named", () => {
  test("a cell that is no answer", async () => {
    const file = await write("wrong/t.csv", lines("image,a", "1.png,1", "2.png,perhaps"));
    await expect(csv({ file, labelColumns: ["a"] }).asTheyLie()).rejects.toMatchObject({
      code: "TABLE_ROW",
      message: `"perhaps" in column "a" does not say whether the picture has this label`,
      where: `${file}:3`,
    });
  });

  test("a picture in two groups", async () => {
    const file = await write("wrong/g.csv", lines("image,label,g", "1.png,a,x", "1.png,b,y"));
    await expect(csv({ file, groupColumn: "g" }).asTheyLie()).rejects.toMatchObject({
      code: "TABLE_ROW",
      message: `rows put 1.png into the groups "x" and "y"`,
    });
  });

  test("a table without any label", async () => {
    const file = await write("wrong/none.csv", lines("image,label", "1.png,"));
    await expect(csv({ file }).asTheyLie()).rejects.toMatchObject({ code: "TABLE_EMPTY" });
  });

  test("what looks like several labels of a picture, with what to do", async () => {
    const file = await write("wrong/s.csv", lines("image,label", "1.png,a|b", "2.png,a", "3.png,b"));
    await expect(new CSVDataModule({ ...small, file }).setup()).rejects.toMatchObject({
      code: "CLASS_TOO_SMALL",
      hint: expect.stringContaining("task=multi_label data.label_separator='|'"),
    });
    const { warnings } = await csv({ file }).asTheyLie();
    expect(warnings).toEqual([`${file}: "a|b" is one label; data.label_separator='|' makes several of it`]);
  });

  type Broken = (content: ReturnType<typeof coco>) => unknown;
  test.each<[string, Broken, string]>([
    [
      "an image that is not there",
      (c) => (c.annotations[1]!.image_id = 99),
      "annotation 1 is of image 99, which is not there",
    ],
    [
      "a category that is not there",
      (c) => (c.annotations[2]!.category_id = 7),
      "annotation 2 is of category 7, which is not there",
    ],
    ["an image twice", (c) => c.images.push(c.images[0]!), "image 11 is there twice"],
    ["a category twice", (c) => c.categories.push({ id: 5, name: "x" }), "category 5 is there twice"],
    ["a name twice", (c) => c.categories.push({ id: 6, name: "cat" }), `two categories have the name "cat"`],
    ["an image without a file", (c) => c.images.push({ id: 1 }), "images.4.file_name: "],
  ])("annotations: %s", async (name, damage, message) => {
    const content = coco();
    damage(content);
    const trainFile = await write(`wrong/${name}.json`, JSON.stringify(content));
    await expect(new COCODataModule({ ...several, trainFile }).asTheyLie()).rejects.toMatchObject({
      kind: "data",
      code: "COCO_FILE",
      where: trainFile,
      message: expect.stringContaining(message),
    });
  });

  test("annotations of several categories where one class is asked for", async () => {
    const trainFile = await write("wrong/several.json", JSON.stringify(coco()));
    await expect(new COCODataModule({ ...small, trainFile }).asTheyLie()).rejects.toMatchObject({
      message: "image 11 has several categories: cat, dog",
      hint: "set task=multi_label",
    });
  });

  test("annotations that are no JSON, and a root without annotations", async () => {
    const trainFile = await write("wrong/no.json", "{");
    const options: COCODataModuleOptions = { ...several, trainFile };
    await expect(new COCODataModule(options).asTheyLie()).rejects.toMatchObject({ code: "COCO_FILE" });
    const rooted = { ...options, valRoot: folder };
    expect(() => new COCODataModule(rooted)).toThrow(expect.objectContaining({ where: "data.val_root" }));
  });
});
