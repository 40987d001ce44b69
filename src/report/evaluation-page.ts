// The page of an exported model's evaluation: the sections of a run's report that need no training.
import { type Evaluation, evaluatePredictions } from "./evaluation.ts";
import { html, jsonScript, percent, wholeNumber } from "./html.ts";
import { renderPage, type Section, tile } from "./page.ts";
import type { Prediction } from "./report-data.ts";
import { calibration, confusion, perClass, topLosses } from "./sections.ts";

/** What a model says about labelled pictures. */
export interface EvaluationReport {
  /** What to call the model, such as its path. */
  readonly model: string;
  /** Which pictures, such as "test". */
  readonly part: string;
  readonly classes: readonly string[];
  readonly predictions: readonly Prediction[];
  /** Metrics by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The page as text, and what it shows as numbers. */
export function renderEvaluation(report: EvaluationReport): { page: string; evaluation: Evaluation } {
  const { model, part, classes, predictions, metrics } = report;
  const evaluation = evaluatePredictions(predictions, classes);
  const { accuracy, macroF1, calibrationError, samples } = evaluation;
  const sections = [
    confusion(evaluation, classes),
    perClass(evaluation),
    calibration(evaluation),
    topLosses(report),
    metricTable(metrics),
  ].filter((section): section is Section => section !== undefined);
  const rows = predictions.map(({ name, truth, predicted, confidence, loss, picture }) => [
    name,
    truth,
    predicted,
    Number(confidence.toFixed(4)),
    Number(loss.toPrecision(4)),
    picture ?? null,
  ]);
  const page = renderPage({
    name: model,
    title: `${model}: ${part}`,
    status: part,
    subtitle: `${wholeNumber(samples)} ${part} pictures of ${classes.length} classes`,
    tiles: html`<div class="tiles">
      ${tile("Accuracy", percent(accuracy.value), `95 % interval ${(accuracy.low * 100).toFixed(1)}–${percent(accuracy.high)}`)}
      ${tile("Macro F1", percent(macroF1.value))}
      ${tile("Calibration error", percent(calibrationError), "confidence against accuracy")}
    </div>`,
    sections,
    footer: "Made by classifier-training evaluate; this file needs no other.",
    data: [jsonScript("class-names", classes), jsonScript("samples", rows)],
  });
  return { page, evaluation };
}

/** Metrics by name. */
export function metricTable(metrics: EvaluationReport["metrics"]): Section {
  return {
    id: "metrics",
    title: "Metrics",
    content: html`<div class="card scroll tall" tabindex="0"><table><thead><tr><th>Metric</th><th class="num">Value</th></tr></thead>
    <tbody>${Object.entries(metrics).map(([name, value]) => html`<tr><th scope="row"><code>${name}</code></th><td class="num">${value.toFixed(4)}</td></tr>`)}</tbody></table></div>`,
  };
}
