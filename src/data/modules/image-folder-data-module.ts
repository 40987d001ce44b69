// The data module of a folder of pictures: split into train, val and test by its folders, or split here.
import * as z from "zod";
import { ClassifierTrainingError, compareCodePoints, parseOptions } from "../../core/index.ts";
import type { ClassLevel } from "../datasets/class-level.ts";
import { ImageFolder } from "../datasets/image-folder.ts";
import { LabelFolder } from "../datasets/label-folder.ts";
import type { FolderTree } from "../files/folder-tree.ts";
import { openTree } from "../files/open-tree.ts";
import { isToolEntry } from "../files/tool-entries.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import {
  DataModule,
  type DataModuleOptions,
  type DatasetSplits,
  dataModuleFields,
  type OpenOptions,
} from "./data-module.ts";

/** Where the folder is, and which of its folders are classes. */
export interface ImageFolderDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /**
   * A folder with `train` and `val` (or `valid`, `validation`) and perhaps `test`, in any case, each with one
   * sub-folder per class; or a folder with one sub-folder per class, which is then split. A .zip or .tar of such a
   * folder is read in place. In a page: what `droppedFolder` or `pickedFolder` gives.
   */
  readonly root: string | FolderTree;
  /**
   * Which of a picture's folders are its class where folders lie in folders: "top" (or 1) the first, "leaf" the one it
   * lies in, "path" all of them (`Fruit/Apple/Golden-Delicious`), 2 the first two, and so on. Default: the top one, with
   * a warning where that makes fewer classes than there are folders with pictures.
   */
  readonly classLevel?: ClassLevel | null;
}

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  root: z.union([
    z.string().min(1, "give the folder of your pictures as data.root=PATH"),
    z.custom<FolderTree>(isTree, "give the folder of your pictures as data.root=PATH"),
  ]),
  classLevel: z
    .union([z.enum(["top", "leaf", "path"]), z.int().min(1)])
    .nullable()
    .default(null),
});

function isTree(value: unknown): boolean {
  return typeof value === "object" && value !== null && "list" in value && "source" in value;
}

const VALIDATION_NAMES: readonly string[] = ["val", "valid", "validation"];

/** Trains on a folder of pictures. */
export class ImageFolderDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #root: string | FolderTree;
  readonly #classLevel: ClassLevel | null;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: ImageFolderDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#root = resolved.root;
    this.#classLevel = resolved.classLevel;
    this.#autoSplit = resolved;
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    const tree = typeof this.#root === "string" ? await openTree(this.#root) : this.#root;
    const names = splitFolders(tree.root, (await tree.list("")).folders);
    const classLevel = this.#classLevel;
    const train = await ImageFolder.open(tree, { folder: names.train ?? "", classLevel });
    const { classes } = train;
    const several = this.options.task === "multi_label";
    const labelled = async (folder: ImageFolder): Promise<ImageFolder | LabelFolder> =>
      several ? LabelFolder.of(folder) : folder;
    const open = async (folder: string | undefined): Promise<ImageFolder | LabelFolder | undefined> =>
      folder === undefined
        ? undefined
        : labelled(await ImageFolder.open(tree, { folder, classes, classLevel }));
    const parts = { train: await labelled(train), val: await open(names.val), test: await open(names.test) };
    const warnings = [
      ...besideSplits(tree.root, names, names.others),
      ...[parts.train, parts.val, parts.test].flatMap((part) => part?.warnings ?? []),
    ];
    const given = { ...parts, warnings };
    const splits = await completeSplits(given, options, this.options.seed, this.#autoSplit);
    return { ...splits, root: tree.root };
  }
}

/** The folders of a data set that comes split, by what they are for, under the names they have. */
export interface SplitFolders {
  /** Undefined where the data does not come split; then there are no others. */
  readonly train?: string | undefined;
  readonly val?: string | undefined;
  readonly test?: string | undefined;
  /** Folders beside these, without those of tools. */
  readonly others: readonly string[];
}

/**
 * Finds the folders of the splits, whatever the case of their names.
 * @throws ClassifierTrainingError kind "data", `SPLIT_AMBIGUOUS` where there are two for one split
 */
export function splitFolders(root: string, folders: readonly string[]): SplitFolders {
  const named = (names: readonly string[]): string[] =>
    folders.filter((name) => names.includes(name.toLowerCase())).sort(compareCodePoints);
  const only = (found: readonly string[], purpose: string): string | undefined => {
    if (found.length < 2) return found[0];
    throw new ClassifierTrainingError("data", "SPLIT_AMBIGUOUS", `both ${found.join(" and ")} are there`, {
      where: root,
      hint: `keep one folder for ${purpose}`,
    });
  };
  const [train, val, test] = [named(["train"]), named(VALIDATION_NAMES), named(["test"])];
  if (train.length === 0) return { others: [] };
  const known = [...train, ...val, ...test];
  return {
    train: only(train, "training"),
    val: only(val, "validation"),
    test: only(test, "the test"),
    others: folders.filter((name) => !known.includes(name) && !isToolEntry(name)).sort(compareCodePoints),
  };
}

/** One line about folders that nothing is read from, because they are beside the splits. */
export function besideSplits(root: string, { train }: SplitFolders, left: readonly string[]): string[] {
  return left.length === 0
    ? []
    : [`${root}: folders beside ${train} that are no split are left out: ${left.join(", ")}`];
}
