// The parts of a report that tell of several labels a picture, each a section with a heading.
import { type Html, html, percent, wholeNumber } from "../html.ts";
import { type Section, tile } from "../page.ts";
import type { ExplainedLabels, LabelReportData } from "./label-data.ts";
import type { LabelEvaluation } from "./label-evaluation.ts";
import { labelMatrices, missedTogetherTable } from "./label-matrices.ts";
import { calibrationContent, labelTable, thresholdWords } from "./label-table.ts";

/** The figures of an evaluation at the top. @param stage in front of the first one's name */
export function labelTiles(
  { map, macroF1, subsetAccuracy, calibrationError, samples, unlabelled }: LabelEvaluation,
  stage: string,
): Html {
  const interval = ({ low, high }: LabelEvaluation["map"]): string | undefined =>
    Number.isFinite(low) ? `95 % interval ${(low * 100).toFixed(1)}–${percent(high)}` : undefined;
  const pictures = `${wholeNumber(samples)} pictures, ${wholeNumber(unlabelled)} without a label`;
  return html`${tile(`${stage} mean average precision`.trim(), percent(map.value), interval(map))}
    ${tile("Macro F1", percent(macroF1.value), interval(macroF1))}
    ${tile("All labels right", percent(subsetAccuracy.value), pictures)}
    ${tile("Calibration error", percent(calibrationError), "probability against presence, mean over labels")}`;
}

/** Scores of every label. */
export function perLabel({ labels, replicates }: LabelEvaluation): Section {
  return {
    id: "labels",
    title: "Labels",
    content: html`<p class="sub">A label is predicted ${thresholdWords(labels)}. Lines show 95 % intervals by the bootstrap (${replicates} replicates of the pictures): few pictures make them wide. n/a: a label that is never present, or never predicted. Choose a label to see the pictures in which it is wrong.</p>
    <div class="card">${labelTable(labels)}</div>`,
  };
}

/** Precision and recall of a label at any threshold; the page's script draws the chosen one. */
export function thresholds({ labels }: LabelEvaluation): Section {
  return {
    id: "thresholds",
    title: "Thresholds",
    content: html`<p class="sub">What a label's threshold buys. Left: right ones among the named (precision) by named ones among the present (recall); the dot is the chosen threshold. Thresholds that are chosen on these pictures look a little better on them than on new ones.</p>
    <div class="grid2" id="explorer">
      <figure class="card chart"><figcaption><h3 id="curve-title">Precision and recall</h3><span class="legend" id="curve-score"></span></figcaption>${emptyChart()}</figure>
      <div class="card">
        <div class="filters"><label class="field">label <select id="curve-label">${labels.map(({ name }, label) => html`<option value="${label}">${name}</option>`)}</select></label>
        <button class="btn" id="curve-own">Model's threshold</button><button class="btn" id="curve-best">Best F1</button></div>
        <label class="slider">threshold <output id="curve-value"></output><input type="range" id="curve-stop" min="0" step="1" value="0"></label>
        <dl class="figures" aria-live="polite"><dt>Precision</dt><dd id="at-precision"></dd><dt>Recall</dt><dd id="at-recall"></dd><dt>F1</dt><dd id="at-f1"></dd></dl>
        <table><thead><tr><th></th><th class="num">predicted</th><th class="num">not predicted</th></tr></thead><tbody>
        <tr><th scope="row">present</th><td class="num"><span class="tag hit">✓ right</span> <b id="at-tp"></b></td><td class="num"><span class="tag miss">− missed</span> <b id="at-fn"></b></td></tr>
        <tr><th scope="row">absent</th><td class="num"><span class="tag extra">+ extra</span> <b id="at-fp"></b></td><td class="num"><b id="at-tn"></b></td></tr></tbody></table>
        <p class="sub">Arrow keys move the slider by 0.005, page up and down by a tenth.</p>
      </div>
    </div>`,
  };
}

const [WIDTH, HEIGHT] = [480, 320];
/** Where the curve is: the script draws into the same place. */
const PLOT = { left: 62, top: 12, width: 396, height: 262 };

function emptyChart(): Html {
  const sx = (share: number): number => PLOT.left + share * PLOT.width;
  const sy = (share: number): number => PLOT.top + (1 - share) * PLOT.height;
  const shares = [0, 0.25, 0.5, 0.75, 1];
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="curve-title">
      ${shares.map((share) => html`<path class="grid" d="M${PLOT.left} ${sy(share)}h${PLOT.width}"/><text class="tick" x="${PLOT.left - 8}" y="${sy(share) + 4}" text-anchor="end">${percent(share, 0)}</text><text class="tick" x="${sx(share)}" y="${sy(0) + 18}" text-anchor="middle">${percent(share, 0)}</text>`)}
      <g class="s0" transform="translate(${PLOT.left} ${PLOT.top}) scale(${PLOT.width} ${PLOT.height})"><path class="mark thin" id="curve-base"/><path class="line thin" id="curve"/></g>
      <circle class="chosen-point" id="curve-point" r="6" data-left="${PLOT.left}" data-top="${PLOT.top}" data-width="${PLOT.width}" data-height="${PLOT.height}"/>
      <text class="axis" x="${sx(0.5)}" y="${HEIGHT - 8}" text-anchor="middle">recall</text>
      <text class="axis" x="12" y="${sy(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${sy(0.5)})">precision</text>
    </svg>`;
}

/** The pictures of a label by what became of it, worst first; the page's script puts them in. */
export function labelPictures({ labels }: LabelEvaluation, shown: number, all: number): Section {
  const options = (none: string): Html =>
    html`<option value="">${none}</option>${labels.map(({ name }, label) => html`<option value="${label}">${name}</option>`)}`;
  const part =
    shown < all
      ? ` Of the ${wholeNumber(shown)} pictures with the largest losses, out of ${wholeNumber(all)}.`
      : "";
  const worst = Array.from(labels.keys())
    .filter((label) => labels[label]!.fn + labels[label]!.fp > 0)
    .sort((a, b) => labels[b]!.fn + labels[b]!.fp - labels[a]!.fn - labels[a]!.fp)
    .slice(0, MOST_CHIPS);
  return {
    id: "pictures",
    title: "Pictures by label",
    content: html`<p class="sub">The surest mistakes about a label first: what is missed with the lowest probability, what is extra with the highest.${part}</p>
    <div class="card">
      ${worst.length === 0 ? undefined : html`<ul class="chips" aria-label="Labels with the most mistakes">${worst.map((label) => html`<li><button data-show="${label}">${labels[label]!.name}<b>${labels[label]!.fn + labels[label]!.fp}</b></button></li>`)}</ul>`}
      <div class="filters">
        <label class="field">label <select id="label">${options("any")}</select></label>
        <label class="field">that is <select id="outcome"><option value="wrong">missed or extra</option><option value="missed">missed</option><option value="extra">extra</option><option value="right">right</option><option value="present">present</option></select></label>
        <label class="field">beside <select id="beside">${options("anything")}</select></label>
      </div>
      <p class="legend"><span class="tag hit">✓ right</span> <span class="tag miss">− missed: present, not predicted</span> <span class="tag extra">+ extra: predicted although absent</span></p>
      <p class="found" id="found" aria-live="polite"></p>
      <div class="pics sets" id="gallery"></div>
      <button class="btn more" id="more" hidden>Show more</button>
    </div>`,
  };
}

/** Chips for labels with the most mistakes. */
const MOST_CHIPS = 12;

/** What comes together: labels, mistakes, and pairs of both. */
export function together(evaluation: LabelEvaluation): Section {
  return {
    id: "together",
    title: "Labels together",
    content: html`<p class="sub">Choose a cell to see its pictures.</p>${labelMatrices(evaluation)}<h3 class="below">Missed together</h3>${missedTogetherTable(evaluation)}`,
  };
}

/** The pictures with the largest losses, which the page's script puts in. */
export function largestLosses(): Section {
  return {
    id: "losses",
    title: "Largest losses",
    content: html`<p class="sub">The pictures the model is most wrong about, by the mean cross-entropy of their labels. Labels that were forgotten are often found here.</p>
    <div class="card"><div class="pics sets" id="top-losses"></div></div>`,
  };
}

/** Pictures beside what in them spoke for labels. Nothing where no heat maps were made. */
export function labelsLookedAt({
  explained,
  summary,
}: Pick<LabelReportData, "explained" | "summary">): Section | undefined {
  if (explained.length === 0) return undefined;
  const isWrong = ({ labels }: ExplainedLabels): boolean => labels.some(({ outcome }) => outcome !== "right");
  const groups = [explained.filter(isWrong), explained.filter((sample) => !isWrong(sample))];
  return {
    id: "looked-at",
    title: "What the model looked at",
    content: html`<p class="sub">What in a picture speaks for a label, by Grad-CAM: from nothing (grey) over violet and red to most (yellow), on one scale in each picture. The largest losses first, with their surest mistakes, at most two; then of each label the picture in which it is found with the highest probability. Heat that lies beside what a label names, picture after picture, says that something else gives it away.</p>
    <div class="card">${groups.map((some) => (some.length === 0 ? undefined : html`<div class="pics ${some === groups[0] ? "triples" : "pairs"}">${some.map((sample) => lookedAt(sample, summary.classes, isWrong(sample)))}</div>`))}</div>`,
  };
}

/** How the tag of a label looks by what became of it. */
const TAGS = {
  right: ["hit", "✓"],
  missed: ["miss", "−"],
  extra: ["extra", "+"],
} as const;

function lookedAt(
  { name, picture, labels }: ExplainedLabels,
  names: readonly string[],
  wrong: boolean,
): Html {
  const nameOf = (label: number): string => names[label] ?? String(label);
  return html`<figure class="pic ${wrong ? "wrong" : ""}" title="${name}"><div class="frame ${labels.length > 1 ? "triple" : "pair"}"><img loading="lazy" src="${picture}" alt="${name}">${labels.map(({ label, heat }) => html`<img loading="lazy" src="${heat}" alt="what speaks for ${nameOf(label)}">`)}</div><figcaption>${labels.map(({ label, outcome, probability }) => html`<span class="tag ${TAGS[outcome][0]}">${TAGS[outcome][1]} ${nameOf(label)}<i>${percent(probability)}</i></span>`)}</figcaption></figure>`;
}

/** Whether labels are present as often as their probabilities say. */
export function labelCalibration(evaluation: LabelEvaluation): Section {
  return { id: "calibration", title: "Calibration", content: calibrationContent(evaluation) };
}
