// The folds of a cross-validation put together, of pictures of one class each.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MOST_PROBABILITIES, probabilityColumn } from "../../callbacks/index.ts";
import { formatTable, readCsv, writeCsv } from "../../core/index.ts";
import { type Evaluation, evaluatePredictions, type Prediction } from "../../report/index.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { summaryOf } from "./pool-labels.ts";

/** The columns of `out_of_fold.csv` before those of probabilities. */
const COLUMNS = ["fold", "name", "true", "predicted", "confidence", "loss"] as const;

/** A row of it. */
type Row = readonly [
  fold: number,
  name: string,
  truth: string,
  predicted: string,
  confidence: number,
  loss: number,
  ...probabilities: string[],
];

/**
 * Writes `out_of_fold.csv`, what was said of each picture, and `cross_validation.json`, the pooled metrics with 95 % intervals.
 * @returns accuracy of each fold, and of all pictures together with its interval
 */
export async function poolClasses(folder: RunFolder, folds: readonly RunFolder[]): Promise<string> {
  const { classes } = await summaryOf(folds[0]!);
  const probable = classes.length > MOST_PROBABILITIES ? [] : classes.map(probabilityColumn);
  const rows: Row[] = [];
  for (const [fold, own] of folds.entries()) rows.push(...(await rowsOf(own, fold, probable)));
  await folder.write(folder.outOfFoldFile, writeCsv([[...COLUMNS, ...probable], ...rows]));
  const predictions = rows.map(
    ([, name, truth, predicted, confidence, loss]): Prediction => ({
      name,
      truth: classes.indexOf(truth),
      predicted: classes.indexOf(predicted),
      confidence,
      loss,
    }),
  );
  const evaluation = evaluatePredictions(predictions, classes);
  const ofFolds = folds.map((_, fold) => {
    const own = rows.filter((row) => row[0] === fold);
    return { pictures: own.length, accuracy: own.filter((row) => row[2] === row[3]).length / own.length };
  });
  const { accuracy, macroF1, calibrationError, samples } = evaluation;
  const figures = {
    folds: ofFolds,
    pictures: samples,
    accuracy,
    macro_f1: macroF1,
    calibration_error: calibrationError,
    classes: evaluation.classes,
  };
  await folder.write(join(folder.path, "cross_validation.json"), `${JSON.stringify(figures, null, 2)}\n`);
  const interval = ({ value, low, high }: Evaluation["accuracy"]): string =>
    `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  return formatTable(
    ["fold", "pictures", "accuracy", "macro F1"],
    [
      ...ofFolds.map((each, fold) => [String(fold), String(each.pictures), each.accuracy.toFixed(4), ""]),
      ["all", String(samples), interval(accuracy), interval(macroF1)],
    ],
  );
}

async function rowsOf(folder: RunFolder, fold: number, probable: readonly string[]): Promise<Row[]> {
  const [header = [], ...lines] = readCsv(await readFile(folder.predictionsFile, "utf8"));
  const at = (line: readonly string[], column: string): string => line[header.indexOf(column)]!;
  return lines.map((line) => [
    fold,
    at(line, "name"),
    at(line, "true"),
    at(line, "predicted"),
    Number(at(line, "confidence")),
    Number(at(line, "loss")),
    // A fold that an earlier version has trained has none.
    ...probable.map((column) => line[header.indexOf(column)] ?? ""),
  ]);
}
