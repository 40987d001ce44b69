// The data module of a folder of pictures: split into train, val and test by its folders, or split here.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ClassifierTrainingError } from "../core/index.ts";
import { DataModule, type DataModuleOptions, type DatasetSplits, dataModuleFields } from "./data-module.ts";
import { subset } from "./dataset.ts";
import { ImageFolder } from "./image-folder.ts";
import { applySplit, parseSplit, type SplitIndices, serialiseSplit, splitStratified } from "./split.ts";
import { parseOptions } from "./transforms/transform.ts";

export interface ImageFolderDataModuleOptions extends DataModuleOptions {
  /**
   * A folder with `train` and `val` (or `valid`, `validation`) and perhaps `test`, each with one sub-folder per
   * class; or a folder with one sub-folder per class, which is then split.
   */
  readonly root: string;
  /** Share of each class for validation where there is no such folder. Default 0.2. */
  readonly valFraction?: number;
  /** Share of each class for the test where the folder is split here. Default 0. */
  readonly testFraction?: number;
  /** Where the split made here is kept: read if it is there, else written. Default none. */
  readonly splitFile?: string | null;
}

type Resolved = Required<
  Pick<ImageFolderDataModuleOptions, "root" | "valFraction" | "testFraction" | "splitFile">
>;

const folderFields = {
  root: z.string().min(1, "give the folder of your pictures as data.root=PATH"),
  valFraction: z.number().min(0).max(1).default(0.2),
  testFraction: z.number().min(0).max(1).default(0),
  splitFile: z.string().min(1).nullable().default(null),
};

const schema = z.strictObject({ ...dataModuleFields, ...folderFields });

const VALIDATION_NAMES: readonly string[] = ["val", "valid", "validation"];

/** Trains on a folder of pictures. */
export class ImageFolderDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #folder: Resolved;

  constructor(options: ImageFolderDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#folder = resolved;
  }

  protected override async openSplits(): Promise<DatasetSplits> {
    const names = await folderNames(this.#folder.root);
    return names.has("train") ? this.#openGivenSplits(names) : this.#openWhole(this.#folder.root, true);
  }

  /** `train`, `val` and `test` folders; without `val`, a part of `train` takes its place. */
  async #openGivenSplits(names: ReadonlySet<string>): Promise<DatasetSplits> {
    const { root } = this.#folder;
    const validation = VALIDATION_NAMES.filter((name) => names.has(name));
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
    const open = async (name: string, classes: readonly string[]): Promise<ImageFolder> =>
      ImageFolder.open(join(root, name), { classes });
    if (validation.length === 0) {
      const whole = await this.#openWhole(join(root, "train"), false);
      const test = names.has("test") ? await open("test", whole.train.classes) : undefined;
      return { ...whole, test, warnings: [...whole.warnings, ...(test === undefined ? [] : skipped(test))] };
    }
    const train = await ImageFolder.open(join(root, "train"));
    const val = await open(validation[0]!, train.classes);
    const test = names.has("test") ? await open("test", train.classes) : undefined;
    const warnings = [train, val, ...(test === undefined ? [] : [test])].flatMap(skipped);
    return { train, val, test, split: undefined, warnings };
  }

  /** One folder of classes, split by the written split or by the seed. */
  async #openWhole(folder: string, withTest: boolean): Promise<DatasetSplits> {
    const { valFraction, testFraction, splitFile } = this.#folder;
    const { seed } = this.options;
    const dataset = await ImageFolder.open(folder);
    const warnings = skipped(dataset);
    const text = splitFile === null ? undefined : await readIfThere(splitFile);
    let parts: SplitIndices;
    if (text === undefined) {
      const fractions = { val: valFraction, test: withTest ? testFraction : 0 };
      parts = splitStratified(dataset.labels, dataset.classes, seed, fractions);
    } else {
      const applied = applySplit(parseSplit(text, splitFile!), dataset.files);
      if (applied.missing.length > 0) {
        warnings.push(
          `${applied.missing.length} pictures of ${splitFile} are gone, such as ${applied.missing[0]}`,
        );
      }
      if (applied.added.length > 0) {
        warnings.push(
          `${applied.added.length} pictures are new since ${splitFile} was written: used for training`,
        );
      }
      parts = applied;
    }
    const written = serialiseSplit(parts, (index) => dataset.files[index]!, seed);
    if (text === undefined && splitFile !== null) await writeSplit(splitFile, written);
    const part = (indices: Uint32Array): DatasetSplits["val"] =>
      indices.length === 0 ? undefined : subset(dataset, indices);
    return {
      train: subset(dataset, parts.train),
      val: part(parts.val),
      test: part(parts.test),
      split: parseSplit(written, folder),
      warnings,
    };
  }
}

async function folderNames(root: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await readdir(root));
  } catch (error) {
    // ImageFolder says what is wrong with the folder itself.
    if ((error as NodeJS.ErrnoException).code !== undefined) return new Set();
    throw error;
  }
}

function skipped({ root, skipped: { hiddenFolders, otherFiles } }: ImageFolder): string[] {
  const lines: string[] = [];
  if (hiddenFolders.length > 0)
    lines.push(`${root}: hidden folders are not classes: ${hiddenFolders.join(", ")}`);
  if (otherFiles > 0)
    lines.push(`${root}: ${otherFiles} files are hidden or do not end like a picture; left out`);
  return lines;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ClassifierTrainingError("data", "SPLIT_FILE", "cannot be read", { where: path, cause: error });
  }
}

async function writeSplit(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    throw new ClassifierTrainingError("storage", "SPLIT_FILE", "cannot be written", {
      where: path,
      cause: error,
    });
  }
}
