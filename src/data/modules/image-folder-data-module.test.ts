import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, picture, pictures } from "../../../test/data/pictures.ts";
import {
  ImageFolderDataModule,
  type ImageFolderDataModuleOptions,
  splitFolders,
} from "./image-folder-data-module.ts";

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
  test("fewer pictures than a batch, but not for evaluation", async () => {
    const root = await pictures("judged", { "train/a": 1, "train/b": 1, "val/a": 1 });
    const judged = new ImageFolderDataModule({ root, batchSize: 32 });
    await judged.setup("evaluation");
    expect(judged.splits.val?.labels).toHaveLength(1);
    expect(judged.warnings).toEqual([`the validation split has no picture of class "b"`]);
    expect([...judged.trainOrder(0)].sort()).toEqual([0, 1]);
  });
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

describe("folders that come split", () => {
  test("are known by their names in any case", async () => {
    const root = await pictures("cases", { "Train/a": 2, "Train/b": 2, "VAL/a": 1, "VAL/b": 1, "Test/a": 1 });
    const module = new ImageFolderDataModule({ root, batchSize: 2, allowMissingClasses: true });
    await module.setup();
    expect(module.classes).toEqual(["a", "b"]);
    const { train, val, test: tested } = module.splits;
    expect([train, val!, tested!].map((part) => part.name(0))).toEqual([
      join(root, "Train/a/0.png"),
      join(root, "VAL/a/0.png"),
      join(root, "Test/a/0.png"),
    ]);
  });

  test.each([
    [["train", "Train", "val"], "both Train and train are there"],
    [["train", "Val", "val"], "both Val and val are there"],
    [["Train", "Val", "valid"], "both Val and valid are there"],
    [["train", "TEST", "test"], "both TEST and test are there"],
  ])("%j are ambiguous", (folders, message) => {
    expect(() => splitFolders("root", folders)).toThrowError(
      expect.objectContaining({ code: "SPLIT_AMBIGUOUS", where: "root", message }),
    );
  });

  test("name the folders beside them that are no split", async () => {
    const root = await pictures("beside", {
      "train/a": 4,
      "train/b": 4,
      "dev/a": 1,
      ".cache": 1,
      "More/b": 1,
    });
    const module = new ImageFolderDataModule({ root, batchSize: 2 });
    await module.setup();
    expect(module.warnings).toEqual([
      `${root}: folders beside train that are no split are left out: More, dev`,
    ]);
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
      return Array.from(dataset.labels.keys(), (index) => dataset.name(index));
    };
    const first = new ImageFolderDataModule({ ...options, splitFile });
    await first.setup();
    expect(first.splits.train.labels.length).toBe(21);
    expect([...first.splits.val!.labels]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...first.splits.test!.labels]).toEqual([0, 1, 1]);
    expect(first.warnings).toEqual([
      `${root}: folders of tools are not classes: .git`,
      `${root}: files that do not end like a picture are left out: 1 .txt`,
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
      expect.stringContaining("made with seed=42, not with seed=7"),
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
