// Splits a data set that does not come split, the same way each time.
import * as z from "zod";
import { ClassifierTrainingError, countClasses, LabelSets, selectLabels } from "../../core/index.ts";
import { makeFolderOf, readText, writeDurably } from "../../platform/index.ts";
import { type ImageDataset, subset } from "../datasets/dataset.ts";
import {
  applySplit,
  formatSplit,
  parseSplit,
  type SplitFile,
  type SplitIndices,
  type SplitSettings,
  splitByName,
  splitFold,
  splitStratified,
} from "../splits/split.ts";
import type { DatasetSplits, OpenOptions } from "./data-module.ts";

/** How a data set is split that does not come split; by default a fifth of each class validates. */
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

const DEFAULT_VAL_FRACTION = 0.2;

/** The same with every default filled in. */
export type ResolvedAutoSplitOptions = Required<AutoSplitOptions>;

/** The fields of `AutoSplitOptions`, for the schemas of the data modules. */
export const autoSplitFields: {
  readonly [K in keyof ResolvedAutoSplitOptions]: z.ZodType<ResolvedAutoSplitOptions[K]>;
} = {
  valFraction: z.number().min(0).max(1).default(DEFAULT_VAL_FRACTION),
  testFraction: z.number().min(0).max(1).default(0),
  folds: z.int().min(2).max(255).nullable().default(null),
  fold: z.int().min(0).default(0),
  splitFile: z.string().min(1).nullable().default(null),
};

/** A data set whose pictures have names that stay, and perhaps groups that belong together. */
export interface SplittableDataset extends ImageDataset {
  /** The name of every picture in the written split. */
  readonly files: readonly string[];
  /** Other names that pictures have had or will have in a written split, where they lie in several places. */
  readonly otherFiles?: readonly (readonly string[])[] | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** The setting that keeps pictures of one group together: its key and what it is set to. */
export interface GroupSetting {
  readonly key: "data.group_column" | "data.group_key";
  readonly value: string | null;
}

/** A data set in the parts that it came in, and what was noticed so far. */
export interface GivenParts {
  readonly train: SplittableDataset;
  readonly val: ImageDataset | undefined;
  readonly test: ImageDataset | undefined;
  readonly warnings: readonly string[];
}

/**
 * The parts as they came; where they are to be split, with those that are missing taken from the training pictures.
 * @throws ClassifierTrainingError as `autoSplit` does; kind "usage", `SPLIT_SETTINGS` where a setting of the split has
 * no effect
 */
export async function completeSplits(
  given: GivenParts,
  { split = true }: OpenOptions,
  seed: number,
  options: ResolvedAutoSplitOptions,
  group?: GroupSetting,
): Promise<DatasetSplits> {
  if (!split) return { ...given, split: undefined };
  const { train, val, test, warnings } = given;
  if (val !== undefined) {
    const unused = refuseSplitSettings(options, group);
    return { train, val, test, split: undefined, warnings: [...unused, ...warnings] };
  }
  if (test !== undefined) refuseTestFraction(options);
  const splits = await autoSplit(train, seed, options, group);
  return { ...splits, test: test ?? splits.test, warnings: [...warnings, ...splits.warnings] };
}

/**
 * Splits by the written split, by fold or by fractions.
 * @throws ClassifierTrainingError kind "usage" `SPLIT_SETTINGS`, `SPLIT_FRACTIONS`; kind "data" `SPLIT_FILE`, and
 * `CLASS_TOO_SMALL` where a class is left without a training picture
 */
async function autoSplit(
  dataset: SplittableDataset,
  seed: number,
  options: ResolvedAutoSplitOptions,
  group?: GroupSetting,
): Promise<DatasetSplits> {
  const { splitFile } = options;
  checkSettings(options);
  const now = settingsOf(options, group);
  const warnings: string[] = [];
  const text = splitFile === null ? undefined : await readIfThere(splitFile);
  const file = text === undefined ? undefined : parseSplit(text, splitFile!);
  if (file !== undefined) warnings.push(...changedSettings(splitFile!, file, { seed, ...now }));
  const parts =
    file === undefined
      ? splitAnew(dataset, seed, options)
      : splitAsWritten(dataset, file, splitFile!, warnings);
  assertEveryClassTrains(dataset, parts, file === undefined ? undefined : splitFile!);
  const { seed: madeBy, made } = file ?? { seed, made: now };
  const written = splitByName(parts, (index) => dataset.files[index]!, madeBy, made);
  if (file === undefined && splitFile !== null) await writeSplit(splitFile, formatSplit(written));
  const part = (indices: Uint32Array): ImageDataset | undefined =>
    indices.length === 0 ? undefined : subset(dataset, indices);
  return {
    train: subset(dataset, parts.train),
    val: part(parts.val),
    test: part(parts.test),
    split: written,
    warnings,
  };
}

/**
 * Refuses settings of a split that is not made here, because the data comes with its validation pictures.
 * @returns one warning where a split file was given: there is nothing to keep in it
 * @throws ClassifierTrainingError kind "usage", `SPLIT_SETTINGS`
 */
function refuseSplitSettings(options: ResolvedAutoSplitOptions, group?: GroupSetting): string[] {
  const { folds, fold, valFraction, testFraction, splitFile } = options;
  const changed = [
    ["data.folds", folds !== null],
    ["data.fold", fold !== 0],
    ["data.val_fraction", valFraction !== DEFAULT_VAL_FRACTION],
    ["data.test_fraction", testFraction !== 0],
    [group?.key ?? "", group !== undefined && group.value !== null],
  ] as const;
  const [key] = changed.find(([, isChanged]) => isChanged) ?? [];
  if (key !== undefined) {
    throw noEffect(
      key,
      "the data comes with a validation split",
      "leave it out, or give the pictures without a validation split, such as a folder without val",
    );
  }
  return splitFile === null ? [] : ["data.split_file has no effect: the data comes with a validation split"];
}

/**
 * Refuses a share for the test where the data comes with its test pictures.
 * @throws ClassifierTrainingError kind "usage", `SPLIT_SETTINGS`
 */
export function refuseTestFraction({ testFraction }: ResolvedAutoSplitOptions): void {
  if (testFraction === 0) return;
  throw noEffect("data.test_fraction", "the data comes with a test split", "leave it out");
}

/** Refuses settings that contradict each other. */
function checkSettings({ folds, fold, valFraction, testFraction }: ResolvedAutoSplitOptions): void {
  if (folds === null) {
    if (fold === 0) return;
    throw noEffect("data.fold", "data.folds is not set", "set data.folds to the number of folds");
  }
  if (fold >= folds) {
    throw new ClassifierTrainingError("usage", "SPLIT_FRACTIONS", `there is no fold ${fold} of ${folds}`, {
      where: "data.fold",
      hint: `choose 0 to ${folds - 1}`,
    });
  }
  const hint = "leave it out, or leave out data.folds";
  if (valFraction !== DEFAULT_VAL_FRACTION)
    throw noEffect("data.val_fraction", "data.folds decides about validation", hint);
  if (testFraction !== 0) throw noEffect("data.test_fraction", "data.folds makes no test split", hint);
}

function noEffect(where: string, reason: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "SPLIT_SETTINGS", `has no effect: ${reason}`, { where, hint });
}

function settingsOf(
  { valFraction, testFraction, folds, fold }: ResolvedAutoSplitOptions,
  group: GroupSetting | undefined,
): SplitSettings {
  const shares =
    folds === null ? { val_fraction: valFraction, test_fraction: testFraction } : { folds, fold };
  return { ...shares, group: group?.value ?? null };
}

/** One line where a written split was made with other settings than those of now. */
function changedSettings(
  path: string,
  { seed, made }: SplitFile,
  now: SplitSettings & { readonly seed: number },
): string[] {
  if (made === undefined) return [];
  const [then, today] = [entriesOf({ seed, ...made }), entriesOf(now)];
  const gone = then.filter((entry) => !today.includes(entry));
  const come = today.filter((entry) => !then.includes(entry));
  if (gone.length === 0) return [];
  return [`${path} is used as it is: it was made with ${gone.join(" ")}, not with ${come.join(" ")}`];
}

function entriesOf(settings: object): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${value}`);
}

/** @param splitFile where the split was read from; undefined: it was made here */
function assertEveryClassTrains(
  { classes, labels }: SplittableDataset,
  { train }: SplitIndices,
  splitFile: string | undefined,
): void {
  // Of several labels one may be too rare: `checkTrainable` warns of it.
  if (labels instanceof LabelSets) return;
  const counts = countClasses(selectLabels(labels, train), classes.length);
  const label = counts.indexOf(0);
  if (label < 0) return;
  const message = `the split leaves no picture of class "${classes[label]}" for training`;
  throw new ClassifierTrainingError("data", "CLASS_TOO_SMALL", message, {
    where: splitFile,
    hint:
      splitFile === undefined
        ? "groups stay together: add pictures of it in other groups, try another seed, or give train and val of your own"
        : "name pictures of it under train, or remove the file so that the pictures are split anew",
  });
}

function splitAnew(
  dataset: SplittableDataset,
  seed: number,
  options: ResolvedAutoSplitOptions,
): SplitIndices {
  const { valFraction, testFraction, folds, fold } = options;
  return folds === null
    ? splitStratified(dataset, seed, { val: valFraction, test: testFraction })
    : splitFold(dataset, seed, folds, fold);
}

function splitAsWritten(
  dataset: SplittableDataset,
  file: SplitFile,
  path: string,
  warnings: string[],
): SplitIndices {
  const applied = applySplit(file, dataset.files, dataset.otherFiles);
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
    return await readText(path);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw new ClassifierTrainingError("data", "SPLIT_FILE", "cannot be read", { where: path, cause: error });
  }
}

async function writeSplit(path: string, text: string): Promise<void> {
  try {
    await makeFolderOf(path);
    await writeDurably(path, [new TextEncoder().encode(text)]);
  } catch (error) {
    throw new ClassifierTrainingError("storage", "SPLIT_FILE", "cannot be written", {
      where: path,
      cause: error,
    });
  }
}
