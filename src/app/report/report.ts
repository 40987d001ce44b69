// Writes the report and the model card of a run, from the files in its folder and its data.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describeModel } from "../../callbacks/index.ts";
import { ClassifierTrainingError, countClasses, readCsv } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import {
  type EpochMetrics,
  type EpochTime,
  evaluationOf,
  type ModelFacts,
  type ReportData,
  renderModelCard,
  renderReport,
  type StoredSummary,
} from "../../report/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { openRun, type RunRequest } from "../run/open-run.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { heatMaps, type PredictedPart } from "./heat-maps.ts";
import { augmentedSamples, withPictures } from "./report-pictures.ts";

/** The run that is reported on, opened. */
export interface ReportRequest {
  readonly folder: RunFolder;
  /** The data of the run, set up. */
  readonly data: DataModule;
  /** The model of the run, set up. */
  readonly model: BaseClassificationModel;
  /** Most validation pictures in the report; default 1000. */
  readonly maxPictures?: number;
  /** Computes heat maps of the best weights. */
  readonly runtime: Runtime;
  readonly threads?: number | undefined;
  /** Takes a line on what the report lacks. */
  readonly note?: ((line: string) => void) | undefined;
}

/**
 * Writes `report.html` and `model_card.md` into the run's folder.
 * @returns the path of the report
 * @throws ClassifierTrainingError kind "usage" `NO_SUMMARY` for a run that has not ended
 */
export async function writeReport(request: ReportRequest): Promise<string> {
  const { folder } = request;
  const data = await gather(request);
  const evaluation = evaluationOf(data);
  await folder.write(folder.modelCardFile, renderModelCard(data, evaluation));
  await folder.write(folder.reportFile, renderReport(data, evaluation));
  return folder.reportFile;
}

/** Writes the report of a run that has ended before. */
export async function report(request: RunRequest): Promise<string> {
  await using opened = await openRun(request);
  return await writeReport({ ...opened, threads: opened.settings.trainer.threads, note: request.write });
}

async function gather(request: ReportRequest): Promise<ReportData> {
  const { folder, data, model, maxPictures = 1000 } = request;
  const { train, val, test } = data.splits;
  const predicted = await readPredictions(folder, data);
  const { part, predictions, indices } = predicted;
  return {
    name: folder.path.split(/[\\/]/).slice(-2).join("/"),
    summary: await readSummary(folder),
    configuration: (await readTable(folder.originsFile)).map(({ key = "", value = "", source = "" }) => ({
      key,
      value,
      source,
    })),
    environment: existsSync(folder.environmentFile)
      ? Object.entries(JSON.parse(await readFile(folder.environmentFile, "utf8")) as Record<string, string>)
      : [],
    history: (await readTable(folder.metricsFile)).map(historyRow),
    timing: (await readTable(folder.timingFile)).map(timingRow),
    predictions: await withPictures(data, part, predictions, indices, maxPictures),
    explained: await heatMaps(request, predicted),
    splits: Object.entries({ train, val, test }).flatMap(([name, split]) =>
      split === undefined ? [] : [{ name, counts: countClasses(split.labels, data.classes.length) }],
    ),
    augmented: await augmentedSamples(data),
    model: modelFacts(data, model),
    preprocessing: data.preprocessing.transforms.map(
      ({ name, options }) =>
        `${name}(${Object.entries(options)
          .map(([option, value]) => `${option} ${JSON.stringify(value)}`)
          .join(", ")})`,
    ),
  };
}

async function readSummary(folder: RunFolder): Promise<StoredSummary> {
  if (existsSync(folder.summaryFile)) {
    return JSON.parse(await readFile(folder.summaryFile, "utf8")) as StoredSummary;
  }
  throw new ClassifierTrainingError("usage", "NO_SUMMARY", "this run has not ended, or was killed", {
    where: folder.path,
    hint: `continue it with ckpt=${folder.lastCheckpoint}`,
  });
}

/** The rows of a CSV file by column; none where there is no such file. */
async function readTable(path: string): Promise<Record<string, string>[]> {
  if (!existsSync(path)) return [];
  const [header = [], ...rows] = readCsv(await readFile(path, "utf8"));
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ""])));
}

function historyRow({ epoch, ...values }: Record<string, string>): EpochMetrics {
  const logged = Object.entries(values).filter(([, text]) => text !== "");
  return {
    epoch: Number(epoch) + 1,
    metrics: Object.fromEntries(logged.map(([name, text]) => [name, Number(text)])),
  };
}

function timingRow(row: Record<string, string>): EpochTime {
  return {
    epoch: Number(row.epoch),
    samples: Number(row.samples),
    trainSeconds: Number(row.train_seconds),
    dataSeconds: Number(row.data_seconds),
    validationSeconds: Number(row.validation_seconds),
  };
}

async function readPredictions(folder: RunFolder, data: DataModule): Promise<PredictedPart> {
  const rows = await readTable(folder.predictionsFile);
  const classOf = new Map(data.classes.map((name, c) => [name, c]));
  const known = rows.filter((row) => classOf.has(row.true!) && classOf.has(row.predicted!));
  const predictions = known.map((row) => ({
    name: row.name!,
    truth: classOf.get(row.true!)!,
    predicted: classOf.get(row.predicted!)!,
    confidence: Number(row.confidence),
    loss: Number(row.loss),
  }));
  const part = rows[0]?.split === "train" ? "train" : "val";
  return { part, predictions, indices: known.map(({ index }) => Number(index)) };
}

function modelFacts({ preprocessing }: DataModule, model: BaseClassificationModel): ModelFacts | undefined {
  const { imageSize, mean } = preprocessing;
  return imageSize === null ? undefined : describeModel(model.network, [mean.length, ...imageSize]);
}
