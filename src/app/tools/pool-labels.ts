// The folds of a cross-validation put together, of pictures with several labels.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatTable, readCsv, writeCsv } from "../../core/index.ts";
import { evaluateLabels, type LabelPrediction, type StoredSummary } from "../../report/index.ts";
import { readLabelPredictions } from "../report/read-predictions.ts";
import type { RunFolder } from "../run/run-folder.ts";

/**
 * Writes `out_of_fold.csv`, what was said of each picture, and `cross_validation.json`: mean average precision of each fold, the mean of
 * these, and the pooled metrics with 95 % intervals.
 * @returns mean average precision of each fold, their mean, and that of all pictures together with its interval
 */
export async function poolLabels(folder: RunFolder, folds: readonly RunFolder[]): Promise<string> {
  const { classes } = await summaryOf(folds[0]!);
  const lines: (readonly (string | number)[])[] = [];
  const each: (readonly LabelPrediction[])[] = [];
  for (const [fold, own] of folds.entries()) {
    const [header = [], ...rows] = readCsv(await readFile(own.predictionsFile, "utf8"));
    if (fold === 0) lines.push(["fold", ...header]);
    lines.push(...rows.map((row) => [fold, ...row]));
    const records = rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]!])));
    each.push(readLabelPredictions(records, classes).predictions);
  }
  await folder.write(folder.outOfFoldFile, writeCsv(lines));
  const ofFolds = each.map((own) => ({
    pictures: own.length,
    map: evaluateLabels(own, classes).map.value,
  }));
  const mean = ofFolds.reduce((sum, { map }) => sum + map, 0) / ofFolds.length;
  const { map, macroF1, subsetAccuracy, calibrationError, samples, labels } = evaluateLabels(
    each.flat(),
    classes,
  );
  const figures = {
    folds: ofFolds,
    mean_map: mean,
    pictures: samples,
    map,
    macro_f1: macroF1,
    acc_subset: subsetAccuracy,
    calibration_error: calibrationError,
    labels: labels.map(({ name, support, averagePrecision, precision, recall, f1 }) => ({
      name,
      pictures: support,
      average_precision: averagePrecision,
      precision,
      recall,
      f1,
    })),
  };
  await folder.write(join(folder.path, "cross_validation.json"), `${JSON.stringify(figures, null, 2)}\n`);
  const interval = ({ value, low, high }: typeof map): string =>
    `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  return formatTable(
    ["fold", "pictures", "mAP", "macro F1"],
    [
      ...ofFolds.map((own, fold) => [String(fold), String(own.pictures), own.map.toFixed(4), ""]),
      ["mean", "", mean.toFixed(4), ""],
      ["all", String(samples), interval(map), interval(macroF1)],
    ],
  );
}

/** What a run came to. */
export async function summaryOf(folder: RunFolder): Promise<StoredSummary> {
  return JSON.parse(await readFile(folder.summaryFile, "utf8")) as StoredSummary;
}
