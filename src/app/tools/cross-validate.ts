// Cross-validation: a training for each fold, and what all of them together say about every picture.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunReport } from "../../callbacks/index.ts";
import { type ComponentRegistry, quoteText, runFolder } from "../../config/index.ts";
import { ClassifierTrainingError, formatTable, readCsv, writeCsv } from "../../core/index.ts";
import {
  type Evaluation,
  evaluatePredictions,
  type Prediction,
  type StoredSummary,
} from "../../report/index.ts";
import { assertOneProcess } from "../processes/processes.ts";
import { type ConfigurationRequest, composeRun } from "../run/configuration.ts";
import { RunFolder } from "../run/run-folder.ts";
import { train } from "../run/train.ts";

/** What is cross-validated, and how it is watched and stopped. */
export interface CrossValidationRequest extends ConfigurationRequest {
  /** Default: `data.folds` of the overrides, else 5. */
  readonly folds?: number | undefined;
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** What came of it. */
export interface CrossValidationResult {
  readonly folder: string;
  /** Undefined where it was interrupted: it goes on in the same folder. */
  readonly evaluation: Evaluation | undefined;
  /** Accuracy of each fold, and of all pictures together with its interval. */
  readonly table: string;
}

/** A row of `out_of_fold.csv`. */
type Row = readonly [
  fold: number,
  name: string,
  truth: string,
  predicted: string,
  confidence: number,
  loss: number,
];

/**
 * Trains each fold in a folder of its own, those that have ended before left out; writes `out_of_fold.csv`, what was said of
 * each picture by a model that has not seen it, and `cross_validation.json`, the pooled metrics with 95 % intervals.
 */
export async function crossValidate(request: CrossValidationRequest): Promise<CrossValidationResult> {
  assertOneProcess("the cross-validation");
  const { registry, signal, write, folds: given, overrides, ...configuration } = request;
  const count = given ?? foldsOf(overrides);
  const words = [...overrides.filter((word) => !FOLDS.test(word)), `data.folds=${count}`];
  const planned = await composeRun({ ...configuration, overrides: words });
  const folder = new RunFolder(runFolder(planned));
  const rows: Row[] = [];
  let classes: readonly string[] = [];
  for (let fold = 0; fold < count; fold++) {
    const own = new RunFolder(join(folder.path, `fold=${fold}`));
    write(`fold ${fold + 1} of ${count}: ${own.path}`);
    if (!(await hasEnded(own))) {
      const composition = await composeRun({
        ...configuration,
        overrides: [...words, `data.fold=${fold}`, `hydra.run.dir=${quoteText(own.path, "'")}`],
      });
      const checkpoint = existsSync(own.lastCheckpoint) ? own.lastCheckpoint : undefined;
      const kept = new Kept({ dirpath: own.path });
      const { status } = await train(
        { composition, folder: own, checkpoint, warnings: [] },
        { registry, signal, write, callbacks: [kept] },
      );
      if (status === "interrupted") return { folder: folder.path, evaluation: undefined, table: "" };
    }
    classes = (await summaryOf(own)).classes;
    rows.push(...(await rowsOf(own, fold)));
  }
  return { folder: folder.path, ...(await pooled(folder, rows, classes, count)) };
}

/** Keeps the predictions also where the configuration has no report. */
class Kept extends RunReport {
  override readonly stateKey: string = "CrossValidation";
}

const FOLDS = /^\+{0,2}data\.folds?=/;

function foldsOf(overrides: readonly string[]): number {
  const word = overrides.findLast((each) => /^\+{0,2}data\.folds=/.test(each));
  const count = word === undefined ? 5 : Number(word.slice(word.indexOf("=") + 1));
  if (Number.isInteger(count) && count >= 2) return count;
  throw new ClassifierTrainingError("usage", "CONFIG_VALUE", "must be a whole number from 2", {
    where: "data.folds",
  });
}

async function hasEnded(folder: RunFolder): Promise<boolean> {
  if (!existsSync(folder.summaryFile) || !existsSync(folder.predictionsFile)) return false;
  const { status } = await summaryOf(folder);
  return status === "completed" || status === "stopped";
}

async function summaryOf(folder: RunFolder): Promise<StoredSummary> {
  return JSON.parse(await readFile(folder.summaryFile, "utf8")) as StoredSummary;
}

async function rowsOf(folder: RunFolder, fold: number): Promise<Row[]> {
  const [header = [], ...lines] = readCsv(await readFile(folder.predictionsFile, "utf8"));
  const at = (line: readonly string[], column: string): string => line[header.indexOf(column)]!;
  return lines.map((line) => [
    fold,
    at(line, "name"),
    at(line, "true"),
    at(line, "predicted"),
    Number(at(line, "confidence")),
    Number(at(line, "loss")),
  ]);
}

async function pooled(
  folder: RunFolder,
  rows: readonly Row[],
  classes: readonly string[],
  count: number,
): Promise<{ evaluation: Evaluation; table: string }> {
  const header = ["fold", "name", "true", "predicted", "confidence", "loss"];
  await folder.write(join(folder.path, "out_of_fold.csv"), writeCsv([header, ...rows]));
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
  const ofFolds = Array.from({ length: count }, (_, fold) => {
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
  const table = formatTable(
    ["fold", "pictures", "accuracy", "macro F1"],
    [
      ...ofFolds.map((each, fold) => [String(fold), String(each.pictures), each.accuracy.toFixed(4), ""]),
      ["all", String(samples), interval(accuracy), interval(macroF1)],
    ],
  );
  return { evaluation, table };
}
