// Rows of tables and annotations as they come: absolute paths, missing values, marks and files of other systems.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CSVDataModule, type DataModule, JSONLDataModule } from "../../src/data/index.ts";

let folder: string;
const small = { imageSize: 8, batchSize: 2, numWorkers: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "table-rows-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function write(path: string, lines: readonly string[]): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, lines.join("\n"));
  return file;
}

async function setUp<M extends DataModule>(module: M): Promise<M> {
  await module.setup();
  return module;
}

/** A row of annotations. */
function row(image: string, suffix: string, metadata?: object | null): string {
  return JSON.stringify({ image, prefix: "", suffix, metadata });
}

/** Where the pictures of training and validation are read, and what the written split calls them. */
function namesOf({ splits }: DataModule): { readonly paths: string[]; readonly names: string[] } {
  const paths = [splits.train, splits.val!].flatMap((part) =>
    Array.from(part.labels.keys(), (index) => part.name(index)),
  );
  return { paths: paths.sort(), names: [...splits.split!.train, ...splits.split!.val].sort() };
}

describe("absolute paths", () => {
  const elsewhere = "/pictures/elsewhere";

  test("of a table are used as they are", async () => {
    const inside = (name: string): string => join(folder, "absolute", name);
    const file = await write("absolute/table.csv", [
      "image,label",
      `${inside("1.png")},a`,
      "2.png,a",
      `${elsewhere}/3.png,b`,
      `${elsewhere}/../elsewhere/4.png,b`,
    ]);
    const { paths, names } = namesOf(await setUp(new CSVDataModule({ file, ...small })));
    const outside = [`${elsewhere}/3.png`, `${elsewhere}/4.png`];
    expect(paths).toEqual([...outside, inside("1.png"), inside("2.png")].sort());
    expect(names).toEqual([...outside, "1.png", "2.png"]);
  });

  test("of annotations are used as they are", async () => {
    const inside = (name: string): string => join(folder, "annotated", name);
    await write("annotated/deep/rows.jsonl", [
      row(inside("1.png"), "a"),
      row("2.png", "a"),
      row(`${elsewhere}/3.png`, "b"),
      row("../4.png", "b"),
    ]);
    const root = join(folder, "annotated");
    const { paths, names } = namesOf(await setUp(new JSONLDataModule({ root, ...small })));
    const expected = [`${elsewhere}/3.png`, inside("1.png"), inside("4.png"), inside("deep/2.png")];
    expect(paths).toEqual(expected.sort());
    expect(names).toEqual([`${elsewhere}/3.png`, "1.png", "4.png", "deep/2.png"]);
  });

  test("that name a picture below the root are the same as its relative path", async () => {
    const file = await write("same/table.csv", [
      "image,label",
      ...[0, 1, 2, 3].flatMap((i) => [`${i}.png,${i % 2}`, `${join(folder, "same", `${i}.png`)},${i % 2}`]),
    ]);
    const { split } = (await setUp(new CSVDataModule({ file, ...small, valFraction: 0.5 }))).splits;
    expect(split!.train.filter((name) => split!.val.includes(name))).toEqual([]);
    expect([...split!.train, ...split!.val].sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3].map((i) => `${i}.png`));
  });
});

describe("annotations", () => {
  test("without the key that groups are made by are refused", async () => {
    await write("misspelt/rows.jsonl", [
      row("1.png", "a", { player: 1 }),
      row("2.png", "b", { shirt: "red" }),
      row("3.png", "b", null),
    ]);
    const root = join(folder, "misspelt");
    const module = new JSONLDataModule({ root, ...small, groupKey: "plaier" });
    await expect(setUp(module)).rejects.toMatchObject({
      kind: "data",
      code: "TABLE_COLUMN",
      where: root,
      message: `no row's metadata has the key "plaier"`,
      hint: `did you mean "player"?`,
    });
  });

  test("whose metadata names no group are groups of their own", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => {
      const metadata = [{ player: null }, null, {}, { player: { team: "x", number: i } }][i % 4];
      return row(`${i}.png`, i < 20 ? "a" : "b", metadata);
    });
    await write("ungrouped/rows.jsonl", rows);
    const root = join(folder, "ungrouped");
    const { splits } = await setUp(new JSONLDataModule({ root, ...small, groupKey: "player" }));
    expect(splits.val!.labels.length).toBe(8);
  });

  test("may begin with a byte order mark, and hidden files are not annotations", async () => {
    await write("marked/rows.jsonl", [`\uFEFF${row("1.png", "a")}`, row("2.png", "b")]);
    await write("marked/more.jsonl", [row("3.png", "a"), row("4.png", "b")]);
    await write("marked/._rows.jsonl", ["\u0000\u0005\u0016\u0007 Mac OS X"]);
    const data = await setUp(new JSONLDataModule({ root: join(folder, "marked"), ...small }));
    expect(namesOf(data).names).toEqual(["1.png", "2.png", "3.png", "4.png"]);
  });

  test("of splits lie in folders of any case, and others are named where they hold annotations", async () => {
    for (const [part, image] of [
      ["Train", "t"],
      ["VALID", "v"],
      ["dev", "d"],
    ] as const)
      await write(`cases/${part}/rows.jsonl`, [row(`${image}1.png`, "a"), row(`${image}2.png`, "b")]);
    await write("cases/images/readme.txt", []);
    const root = join(folder, "cases");
    const { splits, warnings } = await setUp(new JSONLDataModule({ root, ...small }));
    expect([splits.train, splits.val!].map((part) => part.name(0))).toEqual([
      join(root, "Train/t1.png"),
      join(root, "VALID/v1.png"),
    ]);
    expect(warnings).toEqual([`${root}: folders beside Train that are no split are left out: dev`]);
  });
});

describe("tables", () => {
  test("with a row that names no picture are refused with its line", async () => {
    for (const cell of ["", " "]) {
      const file = await write("unnamed.csv", ["label,image", "a,1.png", "", `b,${cell}`]);
      await expect(setUp(new CSVDataModule({ file, ...small }))).rejects.toMatchObject({
        kind: "data",
        code: "TABLE_ROW",
        where: `${file}:4`,
        message: "the row names no picture",
      });
    }
  });

  test("are named in what is said of their rows", async () => {
    const root = join(folder, "pictures");
    const header = "image,label,split";
    const file = await write("named.csv", [
      header,
      "1.png,a,train",
      "2.png,b,train",
      "3.png,,train",
      "4.png,a,val",
      "5.png,b,val",
      "6.png,c,val",
    ]);
    expect((await setUp(new CSVDataModule({ file, root, ...small }))).warnings).toEqual([
      `${file}: 1 rows without a class are left out`,
      `${file}: 1 rows of classes that training does not have are left out`,
    ]);
    const empty = await write("classless.csv", [header, "1.png,,train"]);
    await expect(setUp(new CSVDataModule({ file: empty, root, ...small }))).rejects.toMatchObject({
      code: "TABLE_EMPTY",
      where: empty,
    });
  });
});
