// The report of a run: one HTML file that needs nothing else.
import { CLIENT_SCRIPT } from "./client-script.ts";
import { type Evaluation, evaluatePredictions } from "./evaluation.ts";
import { Html, html, jsonScript } from "./html.ts";
import type { ReportData } from "./report-data.ts";
import {
  augmentation,
  calibration,
  configuration,
  confusion,
  curves,
  dataSet,
  modelAndMachine,
  perClass,
  type Section,
  tiles,
  timing,
  topLosses,
} from "./sections.ts";
import { STYLE } from "./style.ts";

/** What the page may do: run its own script and style, show pictures that are in it, and nothing from anywhere. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** What the predictions amount to; undefined where there are none. */
export function evaluationOf({ predictions, summary }: ReportData): Evaluation | undefined {
  return predictions.length === 0 ? undefined : evaluatePredictions(predictions, summary.classes);
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
    augmentation(data),
    dataSet(data),
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
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="generator" content="classifier-training">
<title>${name}: ${summary.model}, ${summary.classes.length} classes</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><div class="in">
<h1>${name}<span class="status">${summary.status}${summary.reason === undefined ? undefined : `: ${summary.reason}`}</span></h1>
<p class="sub">${summary.model} on ${summary.classes.length} classes, ${summary.epochs} epochs with ${summary.runtime}</p>
${tiles(data, evaluation)}
</div></header>
<nav aria-label="Sections"><div class="in">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</div></nav>
<main>
${sections.map(({ id, title, content }) => html`<section id="${id}"><h2>${title}</h2>${content}</section>\n`)}
<footer>Made by classifier-training from the run's folder; this file needs no other.</footer>
</main>
${jsonScript("class-names", summary.classes)}
${jsonScript("samples", samples)}
<script>${new Html(CLIENT_SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}
