// Splits one set of pictures into training, validation and test, and writes the split down.
import * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";
import { type Population, stratify } from "./stratify.ts";

/** Shares of each class, 0 to 1; training has the rest. */
export interface SplitFractions {
  /** Share of each class for validation. Default 0.2. */
  readonly val?: number;
  /** Share of each class for the test. Default 0. */
  readonly test?: number;
}

/** Which pictures belong to which part, as ascending positions in the data set. */
export interface SplitIndices {
  readonly train: Uint32Array;
  readonly val: Uint32Array;
  readonly test: Uint32Array;
}

/** The settings a split was made with, under the names of the configuration: fractions, or folds and fold. */
export type SplitSettings = (
  | { readonly val_fraction: number; readonly test_fraction: number }
  | { readonly folds: number; readonly fold: number }
) & {
  /** What kept pictures together: a column or a key of the metadata; null: nothing. */
  readonly group: string | null;
};

/** A split by name, as it is written down. */
export interface SplitFile {
  readonly seed: number;
  /** How it was made, beside the seed; older files do not say. */
  readonly made?: SplitSettings | undefined;
  readonly train: readonly string[];
  readonly val: readonly string[];
  readonly test: readonly string[];
}

const schema: z.ZodType<SplitFile> = z.strictObject({
  seed: z.number(),
  made: z
    .union([
      z.strictObject({
        val_fraction: z.number(),
        test_fraction: z.number(),
        group: z.string().nullable(),
      }),
      z.strictObject({ folds: z.number(), fold: z.number(), group: z.string().nullable() }),
    ])
    .optional(),
  train: z.array(z.string()),
  val: z.array(z.string()),
  test: z.array(z.string()),
});

/**
 * Splits each class by the same fractions (see `stratify`).
 * @throws ClassifierTrainingError `SPLIT_FRACTIONS` where the fractions leave nothing for training,
 * `CLASS_TOO_SMALL` where a class has fewer pictures than there are parts
 */
export function splitStratified(
  population: Population,
  seed: number,
  { val = 0.2, test = 0 }: SplitFractions = {},
): SplitIndices {
  if (!(val >= 0 && test >= 0 && val + test < 1)) {
    throw new ClassifierTrainingError("usage", "SPLIT_FRACTIONS", "the split leaves nothing for training", {
      where: `val ${val}, test ${test}`,
      hint: "choose fractions from 0 to 1 whose sum is below 1",
    });
  }
  const parts = stratify(population, [1 - val - test, val, test], seed);
  return { train: positions(parts, 0), val: positions(parts, 1), test: positions(parts, 2) };
}

/**
 * Fold `fold` of `folds`: its pictures are for validation, all others for training. The folds of one seed together
 * hold every picture once.
 */
export function splitFold(population: Population, seed: number, folds: number, fold: number): SplitIndices {
  const parts = stratify(population, new Array<number>(folds).fill(1 / folds), seed);
  const val = positions(parts, fold);
  const train = Uint32Array.from(parts.keys()).filter((index) => parts[index] !== fold);
  return { train, val, test: new Uint32Array(0) };
}

function positions(parts: Uint8Array, part: number): Uint32Array {
  return Uint32Array.from(parts.keys()).filter((index) => parts[index] === part);
}

/** The split by name. `name` gives a picture's name, `made` says how it was split. */
export function splitByName(
  split: SplitIndices,
  name: (index: number) => string,
  seed: number,
  made?: SplitSettings,
): SplitFile {
  const names = (indices: Uint32Array): string[] => Array.from(indices, name);
  return { seed, made, train: names(split.train), val: names(split.val), test: names(split.test) };
}

/** The split as JSON text, one picture a line. */
export function formatSplit(file: SplitFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * Reads a written split.
 * @throws ClassifierTrainingError kind "data", `SPLIT_FILE`
 */
export function parseSplit(text: string, where: string): SplitFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ClassifierTrainingError("data", "SPLIT_FILE", "not a JSON file", { where, cause: error });
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ClassifierTrainingError("data", "SPLIT_FILE", `not a split: ${issue?.message}`, {
    where: [where, ...(issue?.path ?? [])].map(String).join(": "),
  });
}

/** A written split applied to the pictures there are now. */
export interface AppliedSplit extends SplitIndices {
  /** Named in the file, but not there any more. */
  readonly missing: readonly string[];
  /** There, but not named in the file: they go to training. */
  readonly added: readonly string[];
}

/**
 * Finds the pictures of a written split among `names`.
 * @param otherNames under which it may have each picture too
 */
export function applySplit(
  file: SplitFile,
  names: readonly string[],
  otherNames: readonly (readonly string[])[] = [],
): AppliedSplit {
  const partOf = new Map<string, "train" | "val" | "test">();
  for (const part of ["train", "val", "test"] as const) for (const name of file[part]) partOf.set(name, part);
  const chosen = { train: [] as number[], val: [] as number[], test: [] as number[] };
  const added: string[] = [];
  const present = new Set<string>();
  for (const [index, name] of names.entries()) {
    const known = [name, ...(otherNames[index] ?? [])].filter((each) => partOf.has(each));
    if (known.length === 0) added.push(name);
    chosen[partOf.get(known[0] ?? name) ?? "train"].push(index);
    for (const each of known) present.add(each);
  }
  return {
    train: Uint32Array.from(chosen.train),
    val: Uint32Array.from(chosen.val),
    test: Uint32Array.from(chosen.test),
    missing: [...partOf.keys()].filter((name) => !present.has(name)),
    added,
  };
}
