// Options of lists that lie in several files: one a split, and one with the names of the classes.
import * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";
import { severalHint } from "../splits/several-hint.ts";

/** The files of the lists; all of them may be left out where one file or folder holds everything. */
export interface ListFileOptions {
  /** The list of the training pictures, where each split has a file of its own. Default none. */
  readonly trainFile?: string | null;
  /** The list of the validation pictures, beside `trainFile`. Default: some of those of training. */
  readonly valFile?: string | null;
  /** The list of the test pictures, beside `trainFile`. Default none. */
  readonly testFile?: string | null;
  /**
   * The names of the classes where the lists have labels: one a line, the first for label 0, or lines of a label and its
   * name. The classes then are in its order. Default: labels are names, sorted by code point.
   */
  readonly classNamesFile?: string | null;
}

/** The same with every default filled in. */
export type ResolvedListFileOptions = Required<ListFileOptions>;

/** The fields of `ListFileOptions`, for the schemas of the data modules. */
export const listFileFields: {
  readonly [K in keyof ResolvedListFileOptions]: z.ZodType<ResolvedListFileOptions[K]>;
} = {
  trainFile: z.string().min(1).nullable().default(null),
  valFile: z.string().min(1).nullable().default(null),
  testFile: z.string().min(1).nullable().default(null),
  classNamesFile: z.string().min(1).nullable().default(null),
};

/**
 * Checks that the pictures are given in one way: all in one, or a file for training and perhaps others beside it.
 * @param key the setting for all in one
 * @throws ClassifierTrainingError kind "usage", `DATA_FILES`
 */
export function checkListFiles(
  key: "data.file" | "data.root",
  isGiven: boolean,
  { trainFile, valFile, testFile }: ResolvedListFileOptions,
): void {
  const wrong = (message: string, where: string, hint: string): ClassifierTrainingError =>
    new ClassifierTrainingError("usage", "DATA_FILES", message, { where, hint });
  if (trainFile !== null && isGiven && key === "data.file")
    throw wrong("is given beside data.train_file", key, "give one of the two");
  if (trainFile !== null) return;
  const beside = valFile !== null ? "data.val_file" : testFile !== null ? "data.test_file" : undefined;
  if (beside !== undefined)
    throw wrong("has no training pictures beside it", beside, "give them as data.train_file=PATH");
  if (!isGiven)
    throw wrong("is missing", key, `give it as ${key}=PATH, or each split as data.train_file=PATH`);
}

/** What labels are called; undefined: as they are written. */
export type ClassNames = ReadonlyMap<string, string> | undefined;

/** The name of a label. @throws ClassifierTrainingError kind "data", `CLASS_NAMES` */
export function nameOf(label: string, names: ClassNames, where: string): string {
  const name = names === undefined || label === "" ? label : names.get(label);
  if (name !== undefined) return name;
  throw new ClassifierTrainingError("data", "CLASS_NAMES", `label "${label}" has no name`, {
    where,
    hint:
      severalHint(label) ??
      "add it to the file of data.class_names_file; labels are compared as they are written",
  });
}

/** The classes or labels of training, given sorted by code point: in the order of their names' file where there is one. */
export function orderedClasses(classes: readonly string[], names: ClassNames): readonly string[] {
  if (names === undefined) return classes;
  const used = new Set(classes);
  return [...names.values()].filter((name) => used.has(name));
}
