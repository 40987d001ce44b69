// Lists of changed labels in every data module: what they change, what they leave alone, and the line they are refused with.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabelSets } from "../../src/core/index.ts";
import {
  ArrayDataset,
  COCODataModule,
  CSVDataModule,
  type DataModule,
  DatasetDataModule,
  type DatasetSplits,
  formatLabelChanges,
  ImageFolderDataModule,
  JSONLDataModule,
  labelChangesLine,
  labelText,
  nameBelow,
  parseLabelChanges,
} from "../../src/data/index.ts";

let folder: string;
const small = { imageSize: 8, batchSize: 2, numWorkers: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "label-changes-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Files that nothing here reads. */
async function files(name: string, paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    await mkdir(join(folder, name, path, ".."), { recursive: true });
    await writeFile(join(folder, name, path), path);
  }
  return join(folder, name);
}

let lists = 0;
async function write(text: string): Promise<string> {
  const path = join(folder, `list-${lists++}.jsonl`);
  await writeFile(path, text);
  return path;
}

/** What each picture is labelled as, by its name in lists. */
function labelled({ train, val, test: last, root = "" }: DatasetSplits): Record<string, string> {
  return Object.fromEntries(
    [train, val, last].flatMap((dataset) =>
      dataset === undefined
        ? []
        : Array.from(dataset.labels.keys(), (i) => [nameBelow(root, dataset.name(i)), labelText(dataset, i)]),
    ),
  );
}

/** The labels that differ with the list, as it lies and set up. */
async function changed(open: (labelChanges: string | null) => DataModule, list: string): Promise<object> {
  const [before, after] = [labelled(await open(null).asTheyLie()), labelled(await open(list).asTheyLie())];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  const [plain, module] = [open(null), open(list)];
  await plain.setup();
  await module.setup();
  expect(module.splits.train.labels.length).toBe(plain.splits.train.labels.length);
  expect(labelled(module.splits)).toEqual(
    Object.fromEntries(Object.keys(labelled(module.splits)).map((name) => [name, after[name]])),
  );
  return Object.fromEntries(Object.entries(after).filter(([name, label]) => before[name] !== label));
}

const change = (name: string, from: string | string[], to: string | string[]): string =>
  formatLabelChanges([{ name, from, to }]);

describe("folders", () => {
  let root: string;
  beforeAll(async () => {
    const names = ["train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png"];
    root = await files("folders", [...names, "val/a/1.png", "val/b/1.png", "val/b/2.png"]);
  });
  const open =
    (at: () => string) =>
    (labelChanges: string | null): DataModule =>
      new ImageFolderDataModule({ root: at(), labelChanges, ...small });

  test("by the path below the root, in any split, whatever follows the root", async () => {
    const list = await write(change("train/a/2.png", "a", "b") + change("val/b/1.png", "b", "a"));
    const expected = { "train/a/2.png": "b", "val/b/1.png": "a" };
    expect(
      await changed(
        open(() => root),
        list,
      ),
    ).toEqual(expected);
    expect(
      await changed(
        open(() => `${root}/`),
        list,
      ),
    ).toEqual(expected);
  });

  test("one after the other, and back", async () => {
    const list = await write(change("train/a/2.png", "a", "b") + change("train/a/2.png", "b", "a"));
    expect(
      await changed(
        open(() => root),
        list,
      ),
    ).toEqual({});
  });

  test("the list is told and kept; pictures without a split are split as without it", async () => {
    const flat = await files(
      "flat",
      [..."abcdefghij"].flatMap((name) => [`x/${name}.png`, `y/${name}.png`]),
    );
    const skipped = formatLabelChanges([{ name: "x/gone.png", from: "x", to: "y", skipped: true }]);
    const text = change("x/a.png", "x", "y") + skipped;
    const list = await write(text);
    expect(
      await changed(
        open(() => flat),
        list,
      ),
    ).toEqual({ "x/a.png": "y" });
    const module = open(() => flat)(list);
    const { labelChanges } = await module.asTheyLie();
    expect(labelChanges).toEqual({ file: list, text, count: 1, skipped: 1 });
    expect(labelChangesLine(labelChanges!)).toBe(`1 label changed by ${list}, 1 of its lines skipped`);
    const names = async (with_: string | null): Promise<(string | undefined)[]> => {
      const one = open(() => flat)(with_);
      await one.setup();
      const { val } = one.splits;
      return Array.from(val!.labels.keys(), (i) => val?.name(i));
    };
    expect(await names(list)).toEqual(await names(null));
  });

  test.each([
    ["no picture", () => change("train/a/9.png", "a", "b"), /there is no picture train\/a\/9.png/, 1],
    ["no class", () => change("train/a/1.png", "a", "B"), /there is no class "B"/, 1],
    [
      "another label",
      () => `\n${change("train/a/1.png", "b", "a")}`,
      /train\/a\/1.png is labelled "a", not "b"/,
      2,
    ],
    ["lists", () => change("train/a/1.png", ["a"], ["b"]), /pictures have one class each/, 1],
    ["no JSON", () => "{", /not a JSON object/, 1],
    ["more", () => `{"name":"x","from":"a","to":"b","why":1}`, /why/, 1],
  ])("refuses a line: %s", async (_, text, message, line) => {
    const list = await write(text());
    await expect(open(() => root)(list).asTheyLie()).rejects.toMatchObject({
      kind: "data",
      code: "LABEL_CHANGES",
      message: expect.stringMatching(message),
      where: `${list}:${line}`,
    });
  });

  test("refuses a list that is not there, and one that empties a class", async () => {
    await expect(open(() => root)("nowhere.jsonl").setup()).rejects.toMatchObject({
      code: "LABEL_CHANGES",
      where: "nowhere.jsonl",
    });
    const list = await write(change("train/a/1.png", "a", "b") + change("train/a/2.png", "a", "b"));
    await expect(open(() => root)(list).setup()).rejects.toMatchObject({
      message: 'leaves no training picture of class "a"',
    });
  });
});

test("several labels by folders", async () => {
  const root = await files("label-folders", ["train/a/1.png", "train/b/2.png", "train/b/3.png"]);
  await writeFile(join(root, "train/a/2.png"), "train/b/2.png");
  const list = await write(change("train/a/2.png", ["b", "a"], ["b"]) + change("train/b/3.png", ["b"], []));
  const open = (labelChanges: string | null): DataModule =>
    new ImageFolderDataModule({ root, task: "multi_label", labelChanges, valFraction: 0, ...small });
  expect(await changed(open, list)).toEqual({ "train/a/2.png": "b", "train/b/3.png": "no label" });
});

test("tables, with a picture that two rows name", async () => {
  const root = await files("table", ["1.png"]);
  const rows = [1, 2, 3, 4, 5, 6, 7, 8].map(
    (i) => `p/${i}.png,${i % 2 ? "a" : "b"},${i > 4 ? "val" : "train"}`,
  );
  await writeFile(
    join(root, "t.csv"),
    ["image,label,split", ...rows, "p/1.png,a,train", "p/2.png,a,train"].join("\n"),
  );
  const open = (labelChanges: string | null): DataModule =>
    new CSVDataModule({ file: join(root, "t.csv"), labelChanges, ...small });
  const list = await write(change("p/1.png", "a", "b") + change("p/6.png", "b", "a"));
  expect(await changed(open, list)).toEqual({ "p/1.png": "b", "p/6.png": "a" });
  const { train } = await open(await write(change("p/2.png", "b", "a"))).asTheyLie();
  const own = [...train.labels.keys()].filter((i) => train.name(i).endsWith("p/2.png"));
  expect(own.map((i) => labelText(train, i))).toEqual(["a", "a"]);
});

test("several labels in tables; what is not known stays so", async () => {
  const root = await files("label-table", ["1.png"]);
  await writeFile(join(root, "t.csv"), "image,a,b,c\n1.png,1,0,\n2.png,0,1,1\n3.png,1,1,0\n");
  const open = (labelChanges: string | null): DataModule =>
    new CSVDataModule({
      file: join(root, "t.csv"),
      task: "multi_label",
      labelColumns: "*",
      emptyLabel: "unknown",
      valFraction: 0,
      labelChanges,
      ...small,
    });
  const list = await write(change("1.png", ["a"], ["b"]));
  expect(await changed(open, list)).toEqual({ "1.png": "b" });
  const { train } = await open(list).asTheyLie();
  expect([...(train.labels as LabelSets).row(0)]).toEqual([0, 1, -1]);
  const wrong = await write(change("2.png", ["b"], ["a"]));
  await expect(open(wrong).asTheyLie()).rejects.toThrow('2.png is labelled "b, c", not "b"');
  const single = await write(`{"name":"2.png","from":"b","to":"a"}`);
  await expect(open(single).asTheyLie()).rejects.toThrow("from and to are lists");
});

test("JSONL annotations in folders", async () => {
  const root = await files("jsonl", ["train/1.png", "val/1.png"]);
  const line = (image: string, suffix: string): string => JSON.stringify({ image, suffix });
  await writeFile(
    join(root, "train/x.jsonl"),
    [line("1.png", "a"), line("2.png", "b"), line("3.png", "b")].join("\n"),
  );
  await writeFile(
    join(root, "val/x.jsonl"),
    [line("1.png", "a"), line("2.png", "b"), line("4.png", "a")].join("\n"),
  );
  const open = (labelChanges: string | null): DataModule =>
    new JSONLDataModule({ root, labelChanges, ...small });
  const list = await write(change("train/2.png", "b", "a") + change("val/1.png", "a", "b"));
  expect(await changed(open, list)).toEqual({ "train/2.png": "a", "val/1.png": "b" });
});

test("COCO annotations with a folder of their own for validation", async () => {
  const root = await files("coco", ["train/1.png", "val/1.png"]);
  const annotations = (categories: readonly number[]): string =>
    JSON.stringify({
      images: categories.map((_, i) => ({ id: i, file_name: `${i}.png` })),
      annotations: categories.map((category, i) => ({ id: i, image_id: i, category_id: category })),
      categories: [
        { id: 1, name: "a" },
        { id: 2, name: "b" },
      ],
    });
  await writeFile(join(root, "t.json"), annotations([1, 2, 2, 1]));
  await writeFile(join(root, "v.json"), annotations([1, 2, 2]));
  const open = (labelChanges: string | null): DataModule =>
    new COCODataModule({
      trainFile: join(root, "t.json"),
      valFile: join(root, "v.json"),
      root,
      valRoot: join(root, "val"),
      labelChanges,
      ...small,
    });
  const list = await write(change("0.png", "a", "b") + change("val/1.png", "b", "a"));
  expect(await changed(open, list)).toEqual({ "0.png": "b", "val/1.png": "a" });
});

test("a program's own data sets", async () => {
  const train = new ArrayDataset({
    classes: ["a", "b"],
    labels: [0, 0, 1, 1],
    width: 1,
    height: 1,
    layout: "grey",
    pixels: new Uint8Array(4),
  });
  const list = await write(change("picture 1", "a", "b"));
  const open = (labelChanges: string | null): DataModule =>
    new DatasetDataModule({ train, valFraction: 0, labelChanges, ...small });
  expect(await changed(open, list)).toEqual({ "picture 1": "b" });
});

test("what is written is read back", () => {
  const changes = [
    { name: 'a "b"/ü.png', from: "x", to: "y" },
    { name: "c.png", from: ["x"], to: [] },
  ];
  expect(parseLabelChanges(`\uFEFF${formatLabelChanges(changes)}`, "l")).toEqual(
    changes.map((each, i) => ({ ...each, where: `l:${i + 1}` })),
  );
});
