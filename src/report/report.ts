// The report of a run: one HTML file that needs nothing else.
import { type Evaluation, evaluatePredictions } from "./evaluation.ts";
import { jsonScript } from "./html.ts";
import type { Section } from "./page.ts";
import { renderPage } from "./page.ts";
import type { ReportData } from "./report-data.ts";
import {
  augmentation,
  calibration,
  configuration,
  confusion,
  curves,
  dataSet,
  leftOut,
  lookedAt,
  modelAndMachine,
  perClass,
  tiles,
  timing,
  topLosses,
} from "./sections.ts";

/** What the predictions amount to; undefined where there are none. */
export function evaluationOf({ predictions, summary }: ReportData): Evaluation | undefined {
  return predictions.length === 0 ? undefined : evaluatePredictions(predictions, summary.classes);
}

/** What a run that failed failed with, behind what it is. */
function failure({ error }: ReportData["summary"]): string {
  if (error === undefined) return "";
  return `. It failed: ${error.where === undefined ? "" : `${error.where}: `}${error.message}`;
}

/** The page as text. @param evaluation of `evaluationOf` */
export function renderReport(data: ReportData, evaluation: Evaluation | undefined): string {
  const { summary, predictions, name } = data;
  const sections = [
    curves(data),
    confusion(evaluation, summary.classes),
    perClass(evaluation),
    calibration(evaluation),
    topLosses(data),
    lookedAt(data),
    augmentation(data),
    dataSet(data),
    leftOut(data),
    timing(data),
    modelAndMachine(data),
    configuration(data),
  ].filter((section): section is Section => section !== undefined);
  const samples = predictions.map(({ name: file, truth, predicted, confidence, loss, picture }) => [
    file,
    truth,
    predicted,
    Number(confidence.toFixed(4)),
    Number(loss.toPrecision(4)),
    picture ?? null,
  ]);
  return renderPage({
    name,
    title: `${name}: ${summary.model}, ${summary.classes.length} classes`,
    status: `${summary.status}${summary.reason === undefined ? "" : `: ${summary.reason}`}`,
    subtitle: `${summary.model} on ${summary.classes.length} classes, ${summary.epochs} epochs with ${summary.runtime}${failure(summary)}`,
    tiles: tiles(data, evaluation),
    sections,
    footer: "Made by classifier-training from the run's folder; this file needs no other.",
    data: [jsonScript("class-names", summary.classes), jsonScript("samples", samples)],
  });
}
