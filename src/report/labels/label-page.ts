// The pages about several labels a picture: the report of a run, and the evaluation of an exported model.
import { metricTable } from "../evaluation-page.ts";
import { type Html, html, jsonScript, percent, wholeNumber } from "../html.ts";
import { renderPage, type Section, tile } from "../page.ts";
import { renderRun } from "../run-page.ts";
import { curves, runTiles } from "../sections.ts";
import { COMMON_STOPS } from "./label-curves.ts";
import { type LabelPrediction, type LabelReportData, thresholdsOf } from "./label-data.ts";
import { evaluateLabels, type LabelEvaluation } from "./label-evaluation.ts";
import { judgedLabelsOf, type LabelOutcome } from "./label-outcomes.ts";
import { LABEL_PICTURES } from "./label-script.ts";
import {
  labelCalibration,
  labelPictures,
  labelsLookedAt,
  labelTiles,
  largestLosses,
  perLabel,
  thresholds,
  together,
} from "./label-sections.ts";

/** Samples that the page's script knows; of more, those with the largest losses. */
const MOST_SAMPLES = 20_000;

/** What the predictions amount to; undefined where there are none. */
export function labelEvaluationOf({
  predictions,
  summary,
  thresholds: given,
}: LabelReportData): LabelEvaluation | undefined {
  return predictions.length === 0 ? undefined : evaluateLabels(predictions, summary.classes, given);
}

/** The report of a run as text. @param evaluation of `labelEvaluationOf` */
export function renderLabelReport(data: LabelReportData, evaluation: LabelEvaluation | undefined): string {
  const { summary, predictions } = data;
  const test = summary.metrics["test/map"];
  return renderRun(data, {
    category: "Label",
    categories: "labels",
    tiles: html`<div class="tiles">
    ${evaluation === undefined ? undefined : labelTiles(evaluation, "Validation")}
    ${test === undefined ? undefined : tile("Test mean average precision", percent(test), "best weights")}
    ${runTiles(summary)}
  </div>`,
    sections: [
      curves(data, { title: "Scores", metrics: ["val/map", "val/f1", "val/acc_subset", "train/f1"] }),
      ...(evaluation === undefined ? [] : quality(evaluation, predictions.length)),
      labelsLookedAt(data),
    ],
    data: scriptData(summary.classes, predictions, evaluation),
    script: LABEL_PICTURES,
  });
}

/** What a model says about labelled pictures. */
export interface LabelEvaluationReport {
  /** What to call the model, such as its path. */
  readonly model: string;
  /** Which pictures, such as "test". */
  readonly part: string;
  readonly labels: readonly string[];
  readonly predictions: readonly LabelPrediction[];
  /** Metrics by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** A label is predicted where its probability is above its own; default 0.5 for each. */
  readonly thresholds?: ArrayLike<number> | undefined;
}

/** The page of an exported model's evaluation as text, and what it shows as numbers. */
export function renderLabelEvaluation(report: LabelEvaluationReport): {
  page: string;
  evaluation: LabelEvaluation;
} {
  const { model, part, labels, predictions, metrics } = report;
  const evaluation = evaluateLabels(predictions, labels, report.thresholds);
  const page = renderPage({
    name: model,
    title: `${model}: ${part}`,
    status: part,
    subtitle: `${wholeNumber(evaluation.samples)} ${part} pictures, ${labels.length} labels`,
    tiles: html`<div class="tiles">${labelTiles(evaluation, "")}</div>`,
    sections: [...quality(evaluation, predictions.length), metricTable(metrics)],
    footer: "Made by classifier-training evaluate; this file needs no other.",
    data: scriptData(labels, predictions, evaluation),
    script: LABEL_PICTURES,
  });
  return { page, evaluation };
}

function quality(evaluation: LabelEvaluation, samples: number): Section[] {
  return [
    perLabel(evaluation),
    thresholds(evaluation),
    together(evaluation),
    labelPictures(evaluation, Math.min(samples, MOST_SAMPLES), samples),
    largestLosses(),
    labelCalibration(evaluation),
  ];
}

/** What the page's script reads. */
function scriptData(
  names: readonly string[],
  predictions: readonly LabelPrediction[],
  evaluation: LabelEvaluation | undefined,
): Html[] {
  if (evaluation === undefined) return [];
  const limits = thresholdsOf(
    names.length,
    evaluation.labels.map(({ threshold }) => threshold),
  );
  const shown =
    predictions.length <= MOST_SAMPLES
      ? predictions
      : predictions.toSorted((a, b) => b.loss - a.loss).slice(0, MOST_SAMPLES);
  const curve = ({
    curve: { points, tp, fp },
    threshold,
    support,
    known,
    averagePrecision,
  }: LabelEvaluation["labels"][number]) => ({
    own: threshold,
    score: averagePrecision.value,
    positives: support,
    negatives: known - support,
    tp,
    fp,
    points: points.map((point) => point.map((share) => Number(share.toFixed(4)))),
  });
  return [
    jsonScript("class-names", names),
    jsonScript(
      "samples",
      shown.map((prediction) => sampleRow(prediction, limits)),
    ),
    jsonScript("label-curves", { common: COMMON_STOPS, labels: evaluation.labels.map(curve) }),
  ];
}

/** A sample as the script takes it: its name, its right, missed and extra labels with their probabilities, loss and picture. */
function sampleRow(prediction: LabelPrediction, limits: Float32Array): unknown[] {
  const { name, loss, picture } = prediction;
  const judged = judgedLabelsOf(prediction, limits);
  const pairs = (wanted: LabelOutcome): [number, number][] =>
    judged
      .filter(({ outcome }) => outcome === wanted)
      .map(({ label, probability }) => [label, Number(probability.toFixed(4))]);
  return [
    name,
    pairs("right"),
    pairs("missed"),
    pairs("extra"),
    Number(loss.toPrecision(4)),
    picture ?? null,
  ];
}
