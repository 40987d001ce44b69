// Splits one set of pictures into training, validation and test: seeded, stratified, and written down.
import { z } from "zod";
import { ClassifierTrainingError, RandomStream } from "../core/index.ts";

export interface SplitFractions {
  /** Share of each class for validation. Default 0.2. */
  readonly val?: number;
  /** Share of each class for the test. Default 0. */
  readonly test?: number;
}

/** Which pictures belong to which part, as positions in the data set. */
export interface SplitIndices {
  readonly train: Uint32Array;
  readonly val: Uint32Array;
  readonly test: Uint32Array;
}

/** A split by name, as it is written down. */
export interface SplitFile {
  readonly seed: number;
  readonly train: readonly string[];
  readonly val: readonly string[];
  readonly test: readonly string[];
}

const schema: z.ZodType<SplitFile> = z.strictObject({
  seed: z.number(),
  train: z.array(z.string()),
  val: z.array(z.string()),
  test: z.array(z.string()),
});

/**
 * Splits each class by the same fractions, rounded, but at least one picture to each part that is wanted as long as
 * one is left for training. Pictures keep their order within a part.
 *
 * @param labels class index of every picture
 * @throws ClassifierTrainingError `SPLIT_FRACTIONS` where the fractions leave nothing for training,
 * `CLASS_TOO_SMALL` where a class has fewer pictures than there are parts
 */
export function splitStratified(
  labels: Int32Array,
  classes: readonly string[],
  seed: number,
  fractions: SplitFractions = {},
): SplitIndices {
  const { val = 0.2, test = 0 } = fractions;
  if (!(val >= 0 && test >= 0 && val + test < 1)) {
    throw new ClassifierTrainingError("usage", "SPLIT_FRACTIONS", "the split leaves nothing for training", {
      where: `val ${val}, test ${test}`,
      hint: "choose fractions from 0 to 1 whose sum is below 1",
    });
  }
  const parts = 1 + Number(val > 0) + Number(test > 0);
  const members = classes.map((): number[] => []);
  for (const [index, label] of labels.entries()) members[label]!.push(index);
  const chosen = { train: [] as number[], val: [] as number[], test: [] as number[] };
  members.forEach((indices, label) => {
    if (indices.length < parts) throw tooSmall(classes[label]!, indices.length, parts);
    const order = new RandomStream(seed, "split", [label, 0]).permutation(indices.length);
    const [valCount, testCount] = partCounts(indices.length, val, test);
    order.forEach((position, rank) => {
      const part = rank < valCount ? "val" : rank < valCount + testCount ? "test" : "train";
      chosen[part].push(indices[position]!);
    });
  });
  const ascending = (list: number[]): Uint32Array => Uint32Array.from(list).sort();
  return { train: ascending(chosen.train), val: ascending(chosen.val), test: ascending(chosen.test) };
}

/** How many of `count` pictures go to validation and test, leaving at least one for training. */
function partCounts(count: number, val: number, test: number): [number, number] {
  const wanted = (fraction: number): number =>
    fraction === 0 ? 0 : Math.max(1, Math.round(fraction * count));
  let [valCount, testCount] = [wanted(val), wanted(test)];
  while (valCount + testCount >= count) {
    if (valCount >= testCount) valCount--;
    else testCount--;
  }
  return [valCount, testCount];
}

/** The split as JSON text, one picture a line. `name` gives a picture's name. */
export function serialiseSplit(split: SplitIndices, name: (index: number) => string, seed: number): string {
  const names = (indices: Uint32Array): string[] => Array.from(indices, name);
  const file: SplitFile = { seed, train: names(split.train), val: names(split.val), test: names(split.test) };
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

/** Finds the pictures of a written split among `names`. */
export function applySplit(file: SplitFile, names: readonly string[]): AppliedSplit {
  const partOf = new Map<string, "train" | "val" | "test">();
  for (const part of ["train", "val", "test"] as const) for (const name of file[part]) partOf.set(name, part);
  const chosen = { train: [] as number[], val: [] as number[], test: [] as number[] };
  const added: string[] = [];
  names.forEach((name, index) => {
    const part = partOf.get(name);
    if (part === undefined) added.push(name);
    chosen[part ?? "train"].push(index);
    partOf.delete(name);
  });
  return {
    train: Uint32Array.from(chosen.train),
    val: Uint32Array.from(chosen.val),
    test: Uint32Array.from(chosen.test),
    missing: [...partOf.keys()],
    added,
  };
}

function tooSmall(name: string, count: number, parts: number): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "data",
    "CLASS_TOO_SMALL",
    `class "${name}" has ${count} picture${count === 1 ? "" : "s"}, too few to split into ${parts} parts`,
    { hint: "add pictures of it, or give train and val folders of your own" },
  );
}
