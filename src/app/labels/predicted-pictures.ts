// What a run, or all folds of a cross-validation, say of pictures that they were not trained on: every class's probability.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { probabilityColumn } from "../../callbacks/prediction-table.ts";
import { resolveKey, toPlain } from "../../config/index.ts";
import {
  ABSENT,
  ClassifierTrainingError,
  csvRecords,
  LabelSets,
  labelsOf,
  PRESENT,
  readLabelList,
  type SampleLabels,
  selectLabels,
  UNKNOWN,
} from "../../core/index.ts";
import { type NamedParts, nameBelow, placesByName } from "../../data/index.ts";
import { configurationOfRun } from "../run/configuration.ts";
import { newestRun, RunFolder } from "../run/run-folder.ts";

/** Pictures with what is said of them. */
export interface PredictedPictures {
  /** Whether they are those of a run's validation, or of all folds. */
  readonly source: "validation" | "folds";
  readonly classes: readonly string[];
  /** What each picture is called in lists of changed labels. */
  readonly names: readonly string[];
  /** As the run had them. */
  readonly labels: SampleLabels;
  /** Row-major [pictures, classes]. */
  readonly probabilities: Float32Array;
}

/** The file of predictions in a folder; undefined where it has none. */
export function predictionsIn(path: string): string | undefined {
  const { outOfFoldFile, predictionsFile } = new RunFolder(path);
  return [outOfFoldFile, predictionsFile].find(existsSync);
}

/**
 * The newest run, or cross-validation, below `outputs` that has predictions; says which it is.
 * @throws ClassifierTrainingError kind "usage" `NO_PREDICTIONS`
 */
export async function newestPredictions(write?: (line: string) => void): Promise<string> {
  const folder = await newestRun("outputs", ({ predictionsFile }) => predictionsFile);
  if (folder === undefined)
    throw noPredictions("outputs", "train first: classifier-training train data.root=./photos");
  const parent = dirname(folder.path);
  const path = existsSync(new RunFolder(parent).outOfFoldFile) ? parent : folder.path;
  write?.(`predictions: ${path}`);
  return path;
}

/** @throws ClassifierTrainingError kind "usage" `NO_PREDICTIONS`, `NO_PROBABILITIES` */
export async function readPredictedPictures(path: string): Promise<PredictedPictures> {
  const file = predictionsIn(path);
  if (file === undefined) {
    throw noPredictions(path, "give the folder of a run that has validated, or of a cross-validation");
  }
  const text = await readFile(file, "utf8");
  const records = csvRecords(text);
  const header = records.next().value?.values ?? [];
  const prefix = probabilityColumn("");
  const columns = [...header.keys()].filter((i) => header[i]!.startsWith(prefix));
  const classes = columns.map((i) => header[i]!.slice(prefix.length));
  const [name, truth, unknown] = ["name", "true", "unknown"].map((column) => header.indexOf(column));
  const [names, given, open]: [string[], string[], string[]] = [[], [], []];
  // Lines are at least as many as rows.
  const probabilities = new Float32Array(text.split("\n").length * classes.length);
  const root = await rootOf(path);
  if (columns.length === 0) throw noProbabilities(file);
  for (const { values } of records) {
    if (values[columns[0]!] === "") throw noProbabilities(file);
    const start = names.length * classes.length;
    for (const [k, column] of columns.entries()) probabilities[start + k] = Number(values[column]);
    names.push(nameBelow(root, normalize(values[name!]!)));
    given.push(values[truth!]!);
    open.push(values[unknown!] ?? "");
  }
  return {
    source: file === new RunFolder(path).outOfFoldFile ? "folds" : "validation",
    classes,
    names,
    labels:
      unknown! >= 0
        ? labelSets(given, open, classes)
        : Int32Array.from(given, (label) => classes.indexOf(label)),
    probabilities: probabilities.slice(0, names.length * classes.length),
  };
}

function noProbabilities(where: string): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "usage",
    "NO_PROBABILITIES",
    "the file has no probability of each class",
    {
      where,
      hint: "runs of earlier versions, and of hundreds of classes, have none: train again with this one",
    },
  );
}

function noPredictions(where: string, hint: string): ClassifierTrainingError {
  const message = "there are no predictions here";
  return new ClassifierTrainingError("usage", "NO_PREDICTIONS", message, { where, hint });
}

function labelSets(
  present: readonly string[],
  unknown: readonly string[],
  classes: readonly string[],
): LabelSets {
  const data = new Int8Array(present.length * classes.length);
  for (const [i, list] of present.entries()) {
    const [has, open] = [new Set(readLabelList(list)), new Set(readLabelList(unknown[i]!))];
    const entries = classes.map((name) => (has.has(name) ? PRESENT : open.has(name) ? UNKNOWN : ABSENT));
    data.set(entries, i * classes.length);
  }
  return new LabelSets(classes.length, data);
}

/** What the names of a run's pictures are relative to in lists of changed labels. */
async function rootOf(path: string): Promise<string> {
  const folds = (await readdir(path)).filter((name) => name.startsWith("fold="));
  const folder = [path, ...folds.map((name) => join(path, name))].find((each) =>
    existsSync(join(each, ".hydra", "config.yaml")),
  );
  if (folder === undefined) return "";
  const data = toPlain(resolveKey(configurationOfRun(new RunFolder(folder), []), "data")) as Readonly<
    Record<string, string | null | undefined>
  >;
  const file = data.file ?? data.train_file;
  const root = normalize(data.root ?? (file ? dirname(file) : "."));
  return root === "." ? "" : root;
}

/** Those of the pictures that the data has, with the labels that it has for them now. */
export function withLabelsOf(predicted: PredictedPictures, splits: NamedParts): PredictedPictures {
  const { classes, names, probabilities } = predicted;
  const places = placesByName(splits);
  const own = splits.train.classes.map((name) => classes.indexOf(name));
  const current = names.map((name) => {
    const [place] = places.get(name) ?? [];
    return place === undefined ? [] : [selectLabels(splits[place.part]!.labels, [place.index])];
  });
  const isKept = (i: number): boolean =>
    current[i]!.some((labels) => labelsOf(labels, 0).every((label) => own[label]! >= 0));
  const kept = [...names.keys()].filter(isKept);
  const labels =
    predicted.labels instanceof LabelSets
      ? new LabelSets(
          classes.length,
          Int8Array.from(kept.flatMap((i) => entriesAs(current[i]![0] as LabelSets, own, classes.length))),
        )
      : Int32Array.from(kept, (i) => own[labelsOf(current[i]![0]!, 0)[0]!]!);
  return {
    ...predicted,
    names: kept.map((i) => names[i]!),
    labels,
    probabilities: matrixOf(
      kept.length,
      classes.length,
      (row, k) => probabilities[kept[row]! * classes.length + k]!,
    ),
  };
}

/** Row-major [rows, columns]. */
function matrixOf(rows: number, columns: number, at: (row: number, column: number) => number): Float32Array {
  const matrix = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) matrix[row * columns + column] = at(row, column);
  return matrix;
}

/** The entries of one sample by the places that its labels have elsewhere. */
function entriesAs(labels: LabelSets, places: readonly number[], width: number): number[] {
  const entries = new Array<number>(width).fill(UNKNOWN);
  for (const [label, entry] of labels.row(0).entries()) {
    const place = places[label]!;
    if (place >= 0) entries[place] = entry;
  }
  return entries;
}
