// Splits a data set that does not come split, the same way each time.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ClassifierTrainingError } from "../core/index.ts";
import type { DatasetSplits } from "./data-module.ts";
import { type ImageDataset, subset } from "./dataset.ts";
import {
  applySplit,
  parseSplit,
  type SplitIndices,
  serialiseSplit,
  splitFold,
  splitStratified,
} from "./split.ts";

export interface AutoSplitOptions {
  /** Share of each class for validation where the data does not come split. Default 0.2. */
  readonly valFraction?: number;
  /** Share of each class for the test where the data does not come split. Default 0. */
  readonly testFraction?: number;
  /** Number of folds for cross-validation, instead of fractions. Default none. */
  readonly folds?: number | null;
  /** The fold that validates, from 0. Default 0. */
  readonly fold?: number;
  /** Where the split made here is kept: read if it is there, else written. Default none. */
  readonly splitFile?: string | null;
}

export type ResolvedAutoSplitOptions = Required<AutoSplitOptions>;

/** The fields of `AutoSplitOptions`, for the schemas of the data modules. */
export const autoSplitFields: {
  readonly [K in keyof ResolvedAutoSplitOptions]: z.ZodType<ResolvedAutoSplitOptions[K]>;
} = {
  valFraction: z.number().min(0).max(1).default(0.2),
  testFraction: z.number().min(0).max(1).default(0),
  folds: z.int().min(2).max(255).nullable().default(null),
  fold: z.int().min(0).default(0),
  splitFile: z.string().min(1).nullable().default(null),
};

/** A data set whose pictures have names that stay, and perhaps groups that belong together. */
export interface SplittableDataset extends ImageDataset {
  /** The name of every picture in the written split. */
  readonly files: readonly string[];
  readonly groups?: readonly string[] | undefined;
}

/** Splits by the written split, by fold or by fractions. */
export async function autoSplit(
  dataset: SplittableDataset,
  seed: number,
  options: ResolvedAutoSplitOptions,
): Promise<DatasetSplits> {
  const { splitFile } = options;
  const warnings: string[] = [];
  const text = splitFile === null ? undefined : await readIfThere(splitFile);
  const parts =
    text === undefined
      ? splitAnew(dataset, seed, options)
      : splitAsWritten(dataset, text, splitFile!, warnings);
  const written = serialiseSplit(parts, (index) => dataset.files[index]!, seed);
  if (text === undefined && splitFile !== null) await writeSplit(splitFile, written);
  const part = (indices: Uint32Array): ImageDataset | undefined =>
    indices.length === 0 ? undefined : subset(dataset, indices);
  return {
    train: subset(dataset, parts.train),
    val: part(parts.val),
    test: part(parts.test),
    split: parseSplit(written, "split"),
    warnings,
  };
}

function splitAnew(
  dataset: SplittableDataset,
  seed: number,
  options: ResolvedAutoSplitOptions,
): SplitIndices {
  const { valFraction, testFraction, folds, fold } = options;
  if (folds === null) return splitStratified(dataset, seed, { val: valFraction, test: testFraction });
  if (fold < folds) return splitFold(dataset, seed, folds, fold);
  throw new ClassifierTrainingError("usage", "SPLIT_FRACTIONS", `there is no fold ${fold} of ${folds}`, {
    where: "data.fold",
    hint: `choose 0 to ${folds - 1}`,
  });
}

function splitAsWritten(
  dataset: SplittableDataset,
  text: string,
  path: string,
  warnings: string[],
): SplitIndices {
  const applied = applySplit(parseSplit(text, path), dataset.files);
  if (applied.missing.length > 0) {
    warnings.push(`${applied.missing.length} pictures of ${path} are gone, such as ${applied.missing[0]}`);
  }
  if (applied.added.length > 0) {
    warnings.push(`${applied.added.length} pictures are new since ${path} was written: used for training`);
  }
  return applied;
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
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    throw new ClassifierTrainingError("storage", "SPLIT_FILE", "cannot be written", {
      where: path,
      cause: error,
    });
  }
}
