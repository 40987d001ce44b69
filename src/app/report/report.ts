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
  type LabelReportData,
  labelEvaluationOf,
  type ModelFacts,
  type ReportData,
  type RunFacts,
  renderLabelCard,
  renderLabelReport,
  renderModelCard,
  renderReport,
  type StoredSummary,
  thresholdsOf,
} from "../../report/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { uncalibratedThresholds } from "../export/model-reading.ts";
import { openRun, type RunRequest } from "../run/open-run.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { explainedClasses, explainedLabels } from "./explained-samples.ts";
import { isWrong, isWrongLabel } from "./is-wrong.ts";
import { readClassPredictions, readLabelPredictions } from "./read-predictions.ts";
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
  /** Of several labels, the probability above which each is predicted; default 0.5. */
  readonly thresholds?: ArrayLike<number> | undefined;
}

const MOST_PICTURES = 1000;

/**
 * Writes `report.html` and `model_card.md` into the run's folder.
 * @returns the path of the report
 * @throws ClassifierTrainingError kind "usage" `NO_SUMMARY` for a run that has not ended
 */
export async function writeReport(request: ReportRequest): Promise<string> {
  const { folder, model } = request;
  const facts = await gather(request);
  const [page, card] =
    model.labels.task === "multi_label"
      ? await aboutLabels(facts, request)
      : await aboutClasses(facts, request);
  await folder.write(folder.modelCardFile, card);
  await folder.write(folder.reportFile, page);
  return folder.reportFile;
}

/** The page and the card. */
type Written = readonly [page: string, card: string];

async function aboutClasses(facts: RunFacts, request: ReportRequest): Promise<Written> {
  const { folder, data, maxPictures = MOST_PICTURES } = request;
  const predicted = readClassPredictions(await readTable(folder.predictionsFile), data.classes);
  const { part, predictions, indices } = predicted;
  const content: ReportData = {
    ...facts,
    predictions: await withPictures(data, part, predictions, indices, maxPictures, isWrong),
    explained: await explainedClasses(request, predicted),
  };
  const evaluation = evaluationOf(content);
  return [renderReport(content, evaluation), renderModelCard(content, evaluation)];
}

async function aboutLabels(facts: RunFacts, request: ReportRequest): Promise<Written> {
  const { folder, data, maxPictures = MOST_PICTURES, thresholds } = request;
  const predicted = readLabelPredictions(await readTable(folder.predictionsFile), data.classes);
  const { part, predictions, indices } = predicted;
  const wrong = isWrongLabel(data.classes.length, thresholds);
  const content: LabelReportData = {
    ...facts,
    predictions: await withPictures(data, part, predictions, indices, maxPictures, wrong),
    thresholds,
    explained: await explainedLabels(request, predicted, thresholdsOf(data.classes.length, thresholds)),
  };
  const evaluation = labelEvaluationOf(content);
  return [renderLabelReport(content, evaluation), renderLabelCard(content, evaluation)];
}

/** Writes the report of a run that has ended before. */
export async function report(request: RunRequest): Promise<string> {
  await using opened = await openRun(request);
  const { folder, model } = opened;
  const { task, numClasses } = model.labels;
  const thresholds =
    task === "multi_label" && existsSync(folder.modelFile)
      ? await uncalibratedThresholds(folder.modelFile, numClasses)
      : undefined;
  return await writeReport({
    ...{ ...opened, threads: opened.settings.trainer.threads, note: request.write, thresholds },
  });
}

async function gather({ folder, data, model }: ReportRequest): Promise<RunFacts> {
  const { train, val, test } = data.splits;
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
    splits: Object.entries({ train, val, test }).flatMap(([name, split]) =>
      split === undefined
        ? []
        : [
            {
              name,
              counts: countClasses(split.labels, data.classes.length),
              pictures: split.labels.length,
            },
          ],
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

function modelFacts({ preprocessing }: DataModule, model: BaseClassificationModel): ModelFacts | undefined {
  const { imageSize, mean } = preprocessing;
  return imageSize === null ? undefined : describeModel(model.network, [mean.length, ...imageSize]);
}
