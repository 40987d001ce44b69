// Classes from trees of folders, on disk and in archives, and what is passed over on the way.
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Member, tarOf, zipOf } from "../../../test/data/archives.ts";
import { folder, picture, pictures } from "../../../test/data/pictures.ts";
import { listPictures } from "../files/list-pictures.ts";
import {
  ImageFolderDataModule,
  type ImageFolderDataModuleOptions,
} from "../modules/image-folder-data-module.ts";
import { ImageFolder } from "./image-folder.ts";

const TREE = {
  "Fruit/Apple/Golden-Delicious": 2,
  "Fruit/Apple/Granny-Smith": 1,
  "Fruit/Banana": 2,
  "Packages/Milk/Golden-Delicious": 1,
};

async function write(root: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), "");
  }
}

describe("classes of a tree of folders", () => {
  test.each([
    ["top", ["Fruit", "Packages"], [5, 1]],
    [1, ["Fruit", "Packages"], [5, 1]],
    [2, ["Fruit/Apple", "Fruit/Banana", "Packages/Milk"], [3, 2, 1]],
    ["leaf", ["Banana", "Golden-Delicious", "Granny-Smith"], [2, 3, 1]],
    [
      "path",
      [
        "Fruit/Apple/Golden-Delicious",
        "Fruit/Apple/Granny-Smith",
        "Fruit/Banana",
        "Packages/Milk/Golden-Delicious",
      ],
      [2, 1, 2, 1],
    ],
  ] as const)("at %s", async (classLevel, classes, counts) => {
    const dataset = await ImageFolder.open(await pictures(`tree-${classLevel}`, TREE), { classLevel });
    expect(dataset.classes).toEqual(classes);
    expect(classes.map((_, label) => dataset.labels.filter((own) => own === label).length)).toEqual(counts);
    for (const [index, label] of dataset.labels.entries())
      expect(`/${dataset.files[index]}`).toContain(`/${classes[label]!.split("/").at(-1)}/`);
    const shared = "Fruit/Apple/Golden-Delicious and Packages/Milk/Golden-Delicious are one class";
    expect(dataset.warnings).toEqual(classLevel === "leaf" ? [expect.stringContaining(shared)] : []);
  });

  test("not chosen, are the top ones, with one warning that counts both", async () => {
    const { classes, warnings } = await ImageFolder.open(await pictures("unsaid", TREE));
    expect(classes).toEqual(["Fruit", "Packages"]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/the 2 top ones .* not the 4 that hold pictures; data\.class_level=path/);
  });

  test("that are the same at every level need no warning", async () => {
    const { warnings } = await ImageFolder.open(await pictures("same", { "a/images": 1, "b/images": 1 }));
    expect(warnings).toEqual([]);
  });

  test("above the level have the path that they have", async () => {
    const root = await pictures("above", { Fruit: 1, "Fruit/Apple": 1, "Nuts/Almond/Raw": 1 });
    const { classes } = await ImageFolder.open(root, { classLevel: 2 });
    expect(classes).toEqual(["Fruit", "Fruit/Apple", "Nuts/Almond"]);
  });

  test("without pictures are refused by their path", async () => {
    const root = await pictures("hollow", { "Fruit/Apple": 1, "Fruit/Pear": 0, Nuts: 1 });
    await expect(ImageFolder.open(root, { classLevel: "path" })).rejects.toMatchObject({
      code: "CLASS_EMPTY",
      message: 'class "Fruit/Pear" has no pictures',
    });
    expect((await ImageFolder.open(root, { classLevel: "top" })).classes).toEqual(["Fruit", "Nuts"]);
  });
});

describe("a tree that comes split", () => {
  const options = { batchSize: 2, numWorkers: 0 };
  const parts = (val: string): Record<string, number> => ({
    "train/Fruit/Apple": 2,
    "train/Nuts/Almond": 2,
    [`val/${val}`]: 1,
  });
  const open = async (
    own: Partial<ImageFolderDataModuleOptions> & { root: string },
  ): Promise<ImageFolderDataModule> => {
    const module = new ImageFolderDataModule({ ...options, ...own });
    await module.setup();
    return module;
  };

  test("has the same classes in all parts", async () => {
    const root = await pictures("agreeing", { ...parts("Fruit/Apple"), "val/Nuts/Almond": 1 });
    const module = await open({ root, classLevel: "path" });
    expect(module.classes).toEqual(["Fruit/Apple", "Nuts/Almond"]);
    expect([...module.splits.val!.labels]).toEqual([0, 1]);
  });

  test("is refused where another part has another tree", async () => {
    const root = await pictures("disagreeing", parts("Fruit/Pear"));
    await expect(open({ root, classLevel: "path" })).rejects.toMatchObject({ code: "CLASS_UNKNOWN" });
    await expect(open({ root, classLevel: "top", allowMissingClasses: true })).resolves.toBeDefined();
  });

  test.each([
    ["tree.tar", tarOf],
    ["tree.zip", zipOf],
  ])("may lie in an archive, beside what tools have packed: %s", async (name, build) => {
    await picture(join(folder, "member.png"), 1);
    const bytes = await readFile(join(folder, "member.png"));
    const members = ["train/Fruit/Apple/1", "train/Fruit/Pear/2", "train/Nuts/3", "val/Fruit/Apple/4"].map(
      (path): Member => ({ path: `photos/${path}.png`, bytes }),
    );
    members.push({ path: "__MACOSX/photos/train/Fruit/._1.png", bytes: Buffer.from("x") });
    const root = join(folder, name);
    await writeFile(root, build(members));
    const module = await open({ root, classLevel: "leaf", allowMissingClasses: true });
    expect(module.classes).toEqual(["Apple", "Nuts", "Pear"]);
    expect(module.splits.val!.name(0)).toBe(`${root}/val/Fruit/Apple/4.png`);
  });

  test("split here, keeps its split at any level", async () => {
    const root = await pictures("kept", { "Fruit/Apple": 4, "Nuts/Almond": 4 });
    const splitFile = join(folder, "kept.json");
    const made = await open({ root, splitFile, classLevel: "path" });
    const again = await open({ root, splitFile, classLevel: "top" });
    const names = ({ splits }: ImageFolderDataModule): string[] =>
      Array.from(splits.val!.labels.keys(), (index) => splits.val!.name(index));
    expect(names(again)).toEqual(names(made));
    expect(again.classes).toEqual(["Fruit", "Nuts"]);
  });
});

describe("what is passed over", () => {
  test("files are counted by their ending, folders of tools are no classes", async () => {
    const root = await pictures("mixed", { a: 1, b: 1 });
    await write(root, "a/1.txt", "a/2.TXT", "a/deep/3.json", "a/readme", "a/Thumbs.db", "a/.DS_Store");
    await write(root, "__MACOSX/a/._0.png", ".ipynb_checkpoints/0.png", "a/@eaDir/0.png", ".git/config");
    const { classes, warnings, files } = await ImageFolder.open(root);
    expect(classes).toEqual(["a", "b"]);
    expect(files).toHaveLength(2);
    expect(warnings).toEqual([
      `${root}: folders of tools are not classes: .git, .ipynb_checkpoints, __MACOSX and 1 more`,
      `${root}: files that do not end like a picture are left out: 2 .txt, 2 hidden or of tools, 1 .json, 1 without an ending`,
    ]);
  });

  test("every format that is decoded is taken", async () => {
    const root = await pictures("formats", { a: 0, b: 1 });
    const names = "1.gif 2.jfif 3.JPE 4.avif 5.tif 6.bmp 7.dib 8.pnm 9.pbm A.HEIC".split(" ");
    await write(root, ...names.map((name) => `a/${name}`));
    const { files, warnings } = await ImageFolder.open(root);
    expect(files.filter((file) => file.startsWith("a/"))).toEqual(names.map((name) => `a/${name}`));
    expect(warnings).toEqual([]);
  });

  test("pictures beside the class folders are counted", async () => {
    const root = await pictures("beside", { a: 1, b: 1 });
    await write(root, "lost.jpg", "notes.txt");
    const { warnings } = await ImageFolder.open(root);
    expect(warnings).toEqual([`${root}: 1 pictures beside the class folders have no class; left out`]);
  });
});

test("pictures of a folder are found through links, and not in folders of tools", async () => {
  const root = await pictures("linked", { a: 1 });
  const elsewhere = await pictures("elsewhere", { c: 1 });
  await symlink(join(elsewhere, "c"), join(root, "c"));
  await symlink(root, join(root, "a", "circle"));
  await write(root, "@eaDir/0.png");
  const found = await listPictures(root);
  expect(found.map((path) => dirname(path))).toEqual([join(root, "a"), join(root, "c")]);
});
