// Settings of a split: refused where they have no effect, written down, and never at the cost of a class.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CSVDataModule,
  type CSVDataModuleOptions,
  type DataModule,
  ImageFolderDataModule,
  type ImageFolderDataModuleOptions,
  JSONLDataModule,
  KnownDataModule,
  type SplitFile,
} from "../../src/data/index.ts";

let folder: string;
let flat: string;
const small = { imageSize: 8, batchSize: 2, numWorkers: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "split-settings-"));
  flat = await names("flat", { a: 10, b: 20 });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Folders of files that are named like pictures; nothing here reads them. */
async function names(name: string, counts: Readonly<Record<string, number>>): Promise<string> {
  for (const [path, count] of Object.entries(counts)) {
    await mkdir(join(folder, name, path), { recursive: true });
    for (let i = 0; i < count; i++) await writeFile(join(folder, name, path, `${i}.png`), "");
  }
  return join(folder, name);
}

async function table(name: string, header: string, rows: readonly string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `${header}\n${rows.join("\n")}\n`);
  return file;
}

async function setUp<M extends DataModule>(module: M): Promise<M> {
  await module.setup();
  return module;
}

describe("data that comes with a validation split", () => {
  let root: string;
  beforeAll(async () => {
    root = await names("split", { "train/a": 3, "train/b": 3, "val/a": 1, "val/b": 1 });
  });

  test.each<[string, Partial<ImageFolderDataModuleOptions>]>([
    ["data.folds", { folds: 3, fold: 1 }],
    ["data.fold", { fold: 1 }],
    ["data.val_fraction", { valFraction: 0.3 }],
    ["data.test_fraction", { testFraction: 0.1 }],
  ])("has no use for %s", async (where, options) => {
    await expect(setUp(new ImageFolderDataModule({ root, ...small, ...options }))).rejects.toMatchObject({
      kind: "usage",
      code: "SPLIT_SETTINGS",
      where,
      message: "has no effect: the data comes with a validation split",
      hint: expect.stringContaining("leave it out"),
    });
  });

  test("has no use for a split file, and says so", async () => {
    const splitFile = join(folder, "never-written.json");
    const data = await setUp(new ImageFolderDataModule({ root, ...small, splitFile }));
    expect(data.warnings).toEqual(["data.split_file has no effect: the data comes with a validation split"]);
    await expect(readFile(splitFile)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("has no use for groups in a table", async () => {
    const rows = ["1.png,a,train,p", "2.png,b,train,q", "3.png,a,val,r", "4.png,b,val,s"];
    const file = await table("split.csv", "image,label,split,player", rows);
    for (const [options, where] of [
      [{ groupColumn: "player" }, "data.group_column"],
      [{ folds: 2 }, "data.folds"],
    ] as const) {
      const module = new CSVDataModule({ file, ...small, ...options });
      await expect(setUp(module)).rejects.toMatchObject({ kind: "usage", code: "SPLIT_SETTINGS", where });
    }
    expect((await setUp(new CSVDataModule({ file, ...small }))).warnings).toEqual([]);
  });

  test("has no use for groups in annotations", async () => {
    const line = (image: string, suffix: string): string =>
      JSON.stringify({ image, suffix, metadata: { player: 1 } });
    for (const part of ["train", "val"]) {
      await mkdir(join(folder, "annotations", part), { recursive: true });
      const lines = [line(`${part}-a.png`, "a"), line(`${part}-b.png`, "b")];
      await writeFile(join(folder, "annotations", part, "rows.jsonl"), lines.join("\n"));
    }
    const options = { root: join(folder, "annotations"), ...small };
    await expect(setUp(new JSONLDataModule({ ...options, groupKey: "player" }))).rejects.toMatchObject({
      code: "SPLIT_SETTINGS",
      where: "data.group_key",
    });
    await setUp(new JSONLDataModule(options));
  });
});

describe("a share for the test", () => {
  test("is refused where the data comes with a test split", async () => {
    const root = await names("tested", { "train/a": 10, "train/b": 10, "test/a": 1, "test/b": 1 });
    const rows = Array.from({ length: 20 }, (_, i) => `${i}.png,${i % 2 ? "a" : "b"},train`);
    const file = await table("tested.csv", "image,label,split", [...rows, "x.png,a,test", "y.png,b,test"]);
    for (const module of [
      new ImageFolderDataModule({ root, ...small, testFraction: 0.1 }),
      new CSVDataModule({ file, ...small, testFraction: 0.1 }),
      new KnownDataModule({ name: "mnist", root, ...small, testFraction: 0.1 }),
    ]) {
      await expect(setUp(module)).rejects.toMatchObject({
        kind: "usage",
        code: "SPLIT_SETTINGS",
        where: "data.test_fraction",
      });
    }
    await setUp(new ImageFolderDataModule({ root, ...small, valFraction: 0.3 }));
  });

  test("is taken from training where there is a folder for training alone", async () => {
    const root = await names("alone", { "train/a": 10, "train/b": 10 });
    const { splits } = await setUp(new ImageFolderDataModule({ root, ...small, testFraction: 0.1 }));
    expect([splits.train, splits.val!, splits.test!].map(({ labels }) => labels.length)).toEqual([14, 4, 2]);
  });
});

describe("folds", () => {
  test.each<[string, Partial<ImageFolderDataModuleOptions>]>([
    ["data.fold", { fold: 2 }],
    ["data.val_fraction", { folds: 3, valFraction: 0.3 }],
    ["data.test_fraction", { folds: 3, testFraction: 0.1 }],
  ])("and %s that contradict each other are refused", async (where, options) => {
    const module = new ImageFolderDataModule({ root: flat, ...small, ...options });
    await expect(setUp(module)).rejects.toMatchObject({ kind: "usage", code: "SPLIT_SETTINGS", where });
  });
});

describe("a written split", () => {
  const read = async (file: string): Promise<SplitFile> =>
    JSON.parse(await readFile(file, "utf8")) as SplitFile;

  test("says how it was made, and a line says that it is used though the settings are others now", async () => {
    const splitFile = join(folder, "made.json");
    const options = { root: flat, ...small, splitFile };
    const first = await setUp(new ImageFolderDataModule({ ...options, valFraction: 0.3 }));
    const made = { val_fraction: 0.3, test_fraction: 0, group: null };
    expect(await read(splitFile)).toMatchObject({ seed: 42, made });
    expect(first.warnings).toEqual([]);
    const cases: [Partial<ImageFolderDataModuleOptions>, string[]][] = [
      [{ valFraction: 0.3 }, []],
      [
        { valFraction: 0.2, seed: 7 },
        [
          `${splitFile} is used as it is: it was made with seed=42 val_fraction=0.3, not with seed=7 val_fraction=0.2`,
        ],
      ],
      [
        { folds: 5, fold: 1 },
        [
          `${splitFile} is used as it is: it was made with val_fraction=0.3 test_fraction=0, not with folds=5 fold=1`,
        ],
      ],
    ];
    for (const [changed, warnings] of cases) {
      const later = await setUp(new ImageFolderDataModule({ ...options, ...changed }));
      expect(later.warnings).toEqual(warnings);
      expect(later.splits.split).toEqual(first.splits.split);
    }
  });

  test("names the fold and the group", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i}.png,${i % 2 ? "a" : "b"},${i >> 1}`);
    const file = await table("grouped.csv", "image,label,player", rows);
    const splitFile = join(folder, "grouped.json");
    const options = { file, ...small, splitFile, folds: 5 };
    await setUp(new CSVDataModule({ ...options, fold: 3, groupColumn: "player" }));
    expect((await read(splitFile)).made).toEqual({ folds: 5, fold: 3, group: "player" });
    expect((await setUp(new CSVDataModule({ ...options, fold: 4 }))).warnings).toEqual([
      `${splitFile} is used as it is: it was made with fold=3 group=player, not with fold=4 group=null`,
    ]);
  });

  test("of before it said how it was made is read without a word", async () => {
    const splitFile = join(folder, "older.json");
    const { splits } = await setUp(new ImageFolderDataModule({ root: flat, ...small }));
    const { made: _, ...older } = splits.split!;
    await writeFile(splitFile, JSON.stringify(older));
    const data = await setUp(new ImageFolderDataModule({ root: flat, ...small, seed: 7, splitFile }));
    expect(data.warnings).toEqual([]);
    expect(data.splits.split).toEqual(older);
  });
});

describe("a class that a split would leave without training pictures is refused", () => {
  const refused = (name: string, where: string | undefined): object => ({
    kind: "data",
    code: "CLASS_TOO_SMALL",
    where,
    message: `the split leaves no picture of class "${name}" for training`,
  });

  test("by groups, in whichever part its only group is", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i}.png,common,g${i % 10}`);
    const rare = Array.from({ length: 6 }, (_, i) => `r${i}.png,rare,only`);
    const file = await table("rare.csv", "image,label,player", [...rows, ...rare]);
    const options: CSVDataModuleOptions = {
      file,
      ...small,
      groupColumn: "player",
      allowMissingClasses: true,
    };
    let count = 0;
    for (let fold = 0; fold < 3; fold++) {
      const module = new CSVDataModule({ ...options, folds: 3, fold });
      const error: unknown = await module.setup().catch((reason: unknown) => reason);
      if (error === undefined) expect([...module.classCounts].every((pictures) => pictures > 0)).toBe(true);
      else {
        count++;
        expect(error).toMatchObject({
          ...refused("rare", undefined),
          hint: expect.stringContaining("other groups"),
        });
      }
    }
    expect(count).toBe(1);
  });

  test("by a written split", async () => {
    const splitFile = join(folder, "lacking.json");
    const { splits } = await setUp(new ImageFolderDataModule({ root: flat, ...small }));
    const { train, val, ...rest } = splits.split!;
    const moved = {
      train: train.filter((name) => !name.startsWith("a/")),
      val: [...val, ...train.filter((name) => name.startsWith("a/"))],
    };
    await writeFile(splitFile, JSON.stringify({ ...rest, ...moved }));
    await expect(setUp(new ImageFolderDataModule({ root: flat, ...small, splitFile }))).rejects.toMatchObject(
      {
        ...refused("a", splitFile),
        hint: expect.stringContaining("under train"),
      },
    );
  });
});
