// The data module of a folder of pictures: split into train, val and test by its folders, or split here.
import { z } from "zod";
import { ClassifierTrainingError } from "../core/index.ts";
import { openArchive } from "./archive.ts";
import {
  type AutoSplitOptions,
  autoSplit,
  autoSplitFields,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import { DataModule, type DataModuleOptions, type DatasetSplits, dataModuleFields } from "./data-module.ts";
import { DiskTree, type FolderTree } from "./folder-tree.ts";
import { ImageFolder } from "./image-folder.ts";
import { parseOptions } from "./transforms/transform.ts";

export interface ImageFolderDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /**
   * A folder with `train` and `val` (or `valid`, `validation`) and perhaps `test`, each with one sub-folder per
   * class; or a folder with one sub-folder per class, which is then split. A .zip or .tar of such a folder is read in
   * place.
   */
  readonly root: string;
}

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  root: z.string().min(1, "give the folder of your pictures as data.root=PATH"),
});

const VALIDATION_NAMES: readonly string[] = ["val", "valid", "validation"];

/** Trains on a folder of pictures. */
export class ImageFolderDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #root: string;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: ImageFolderDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#root = resolved.root;
    this.#autoSplit = resolved;
  }

  protected override async openSplits(): Promise<DatasetSplits> {
    const tree: FolderTree = (await openArchive(this.#root)) ?? new DiskTree(this.#root);
    const names = splitFolders(this.#root, (await tree.list("")).folders);
    const { seed } = this.options;
    if (names.train === undefined) {
      const dataset = await ImageFolder.open(tree);
      const splits = await autoSplit(dataset, seed, this.#autoSplit);
      return { ...splits, warnings: [...dataset.warnings, ...splits.warnings] };
    }
    const train = await ImageFolder.open(tree, { folder: names.train });
    const open = async (folder: string | undefined): Promise<ImageFolder | undefined> =>
      folder === undefined ? undefined : ImageFolder.open(tree, { folder, classes: train.classes });
    const [val, test] = [await open(names.val), await open(names.test)];
    const warnings = [train, val, test].flatMap((part) => part?.warnings ?? []);
    if (val !== undefined) return { train, val, test, split: undefined, warnings };
    const splits = await autoSplit(train, seed, { ...this.#autoSplit, testFraction: 0 });
    return { ...splits, test, warnings: [...warnings, ...splits.warnings] };
  }
}

/** The names of the folders of a data set that comes split; `train` is undefined where it does not. */
export function splitFolders(
  root: string,
  folders: readonly string[],
): {
  readonly train?: string | undefined;
  readonly val?: string | undefined;
  readonly test?: string | undefined;
} {
  if (!folders.includes("train")) return {};
  const validation = VALIDATION_NAMES.filter((name) => folders.includes(name));
  if (validation.length > 1) {
    throw new ClassifierTrainingError(
      "data",
      "SPLIT_AMBIGUOUS",
      `both ${validation.join(" and ")} are there`,
      {
        where: root,
        hint: "keep one folder for validation",
      },
    );
  }
  return { train: "train", val: validation[0], test: folders.includes("test") ? "test" : undefined };
}
