// The scores of all labels, and how well their probabilities are kept, as tables.
import { type Html, html, percent, plainNumber, wholeNumber } from "../html.ts";
import { reliabilityDiagram } from "../reliability-diagram.ts";
import { scoreTable } from "../score-table.ts";
import type { LabelEvaluation, LabelScores } from "./label-evaluation.ts";

/** Diagrams of single labels, those with the largest errors. */
const MOST_DIAGRAMS = 11;

/** Average precision, precision, recall and F1 of every label. */
export function labelTable(labels: readonly LabelScores[]): Html {
  const rows = labels.map(({ name, support, averagePrecision, precision, recall, f1 }) => ({
    name,
    support,
    scores: [averagePrecision, precision, recall, f1],
  }));
  return html`<div class="compact">${scoreTable("Label", ["Average precision", "Precision", "Recall", "F1"], rows)}</div>`;
}

/** At which probability labels are predicted, in words. */
export function thresholdWords(labels: readonly LabelScores[]): string {
  const values = labels.map(({ threshold }) => threshold);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)].map(plainNumber);
  return lowest === highest
    ? `where its probability is above ${lowest}`
    : `where its probability is above its own threshold, ${lowest} to ${highest}`;
}

/** All labels together, the worst by themselves, and a table of all. */
export function calibrationContent({ bins, labels, calibrationError }: LabelEvaluation): Html {
  const known = labels.filter(({ known }) => known > 0);
  const worst = known.toSorted((a, b) => b.calibrationError - a.calibrationError);
  const diagram = (title: string, of: LabelScores["bins"]): Html =>
    html`<figure class="card chart"><figcaption><h3>${title}</h3></figcaption>${reliabilityDiagram(of, { x: "probability", y: "present", name: `Reliability diagram of ${title}: how often present, by probability` })}</figure>`;
  return html`<p class="sub">Bars: how often a label is present where it is given that probability. Orange lines: that probability. Bars below their line: it is named too readily; above: too rarely. Expected calibration error, mean over the labels: ${percent(calibrationError)}.</p>
    <div class="grid3">${diagram("all labels", bins)}${worst.slice(0, MOST_DIAGRAMS).map((label) => diagram(`${label.name}, error ${percent(label.calibrationError)}`, label.bins))}</div>
    <div class="card scroll tall" tabindex="0" style="margin-top:16px"><table class="sortable"><thead><tr><th><button>Label</button></th><th class="num"><button>Calibration error</button></th><th class="num"><button>Mean probability</button></th><th class="num"><button>Really present</button></th><th class="num"><button>Known of pictures</button></th></tr></thead>
    <tbody>${worst.map(({ name, calibrationError: error, meanProbability, support, known: of }) => html`<tr><th scope="row">${name}</th><td class="num" data-v="${error}">${percent(error)}</td><td class="num" data-v="${meanProbability}">${percent(meanProbability)}</td><td class="num" data-v="${support / of}">${percent(support / of)}</td><td class="num" data-v="${of}">${wholeNumber(of)}</td></tr>`)}</tbody></table></div>`;
}
