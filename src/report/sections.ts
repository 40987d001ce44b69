// The parts of the report, each a section with a heading, or nothing where the run has nothing to show.
import type { Evaluation } from "./evaluation.ts";
import { duration, type Html, html, percent, plainNumber, wholeNumber } from "./html.ts";
import { type ChartSeries, lineChart } from "./line-chart.ts";
import { confusionCells, matrix } from "./matrix.ts";
import { type Section, tile } from "./page.ts";
import { reliabilityDiagram } from "./reliability-diagram.ts";
import type { ExplainedSample, ReportData, RunFacts } from "./report-data.ts";
import { scoreTable } from "./score-table.ts";

const SCORES = ["Precision", "Recall", "F1"];
/** Chips for this many pairs of classes. */
const MOST_PAIRS = 10;
/** Rows for this many pictures that were left out. */
const MOST_LEFT_OUT = 50;

/**
 * The figures at the top. Without predictions there are only epochs, time and what was measured on the test split.
 */
export function tiles({ summary }: ReportData, evaluation: Evaluation | undefined): Html {
  const { metrics } = summary;
  const interval = evaluation?.accuracy;
  return html`<div class="tiles">
    ${interval === undefined ? undefined : tile("Validation accuracy", percent(interval.value), `95 % interval ${(interval.low * 100).toFixed(1)}–${percent(interval.high)}`)}
    ${metrics["test/acc_top1"] === undefined ? undefined : tile("Test accuracy", percent(metrics["test/acc_top1"]), "best weights, top 1")}
    ${evaluation === undefined ? undefined : tile("Macro F1", percent(evaluation.macroF1.value), `${wholeNumber(evaluation.samples)} validation pictures`)}
    ${evaluation === undefined ? undefined : tile("Calibration error", percent(evaluation.calibrationError), "confidence against accuracy")}
    ${runTiles(summary)}
  </div>`;
}

/** How long it took. */
export function runTiles(summary: RunFacts["summary"]): Html {
  return html`${tile("Epochs", String(summary.epochs), summary.best === undefined ? undefined : `best: ${summary.best.epoch + 1}`)}
    ${tile("Whole time", duration(summary.wall_seconds), `${plainNumber(summary.images_per_second)} images/s in training`)}`;
}

/** What is shown of the quality by epoch, in per cent. */
export interface QualityCurves {
  readonly title: string;
  readonly metrics: readonly string[];
}

/** Loss, quality and learning rate by epoch, the best epoch marked. */
export function curves({ history, summary }: RunFacts, quality: QualityCurves): Section | undefined {
  if (history.length === 0) return undefined;
  const series = (...names: readonly string[]): ChartSeries[] =>
    names.map((name) => ({
      name,
      points: history.flatMap(({ epoch, metrics }) =>
        metrics[name] === undefined ? [] : [[epoch, metrics[name]] as const],
      ),
    }));
  const mark = summary.best === undefined ? undefined : { x: summary.best.epoch + 1, label: "best" };
  return {
    id: "curves",
    title: "Curves",
    content: html`<div class="grid2">
      ${lineChart({ title: "Loss", series: series("train/loss", "val/loss"), mark })}
      ${lineChart({ title: quality.title, series: series(...quality.metrics), percent: true, mark })}
      ${lineChart({ title: "Learning rate", series: series("lr"), mark })}
    </div>`,
  };
}

/** The confusion matrix and the pictures behind each cell. Nothing without predictions. */
export function confusion(
  evaluation: Evaluation | undefined,
  classNames: readonly string[],
): Section | undefined {
  if (evaluation === undefined) return undefined;
  const { cells, confusions } = evaluation;
  return {
    id: "confusion",
    title: "Confusion matrix",
    content: html`<p class="sub">Rows are true classes, columns predicted ones. Choose a cell to see the pictures behind it.</p>
    <div class="layout">
      <div class="card scroll" tabindex="0">${matrix(confusionCells(cells, classNames))}</div>
      <div class="card">
        ${confusions.length === 0 ? undefined : html`<h3>Most frequent confusions</h3><p></p><ul class="chips">${confusions.slice(0, MOST_PAIRS).map(({ truth, predicted, count }) => html`<li><button data-pair="${truth},${predicted}">${classNames[truth]} → ${classNames[predicted]}<b>${count}</b></button></li>`)}</ul>`}
        <div class="filters">
          <label class="field">true <select id="truth"><option value="">any</option></select></label>
          <label class="field">predicted <select id="predicted"><option value="">any</option></select></label>
          <button class="btn" id="mistakes">All mistakes</button>
        </div>
        <p class="found" id="found" aria-live="polite"></p>
        <div class="pics" id="gallery"></div>
        <button class="btn more" id="more" hidden>Show more</button>
      </div>
    </div>`,
  };
}

/** Precision, recall and F1 of every class. Nothing without predictions. */
export function perClass(evaluation: Evaluation | undefined): Section | undefined {
  if (evaluation === undefined) return undefined;
  return {
    id: "classes",
    title: "Classes",
    content: html`<p class="sub">Lines show 95 % intervals by the bootstrap (${evaluation.replicates} replicates of the pictures): few pictures make them wide.</p>
    <div class="card">${scoreTable(
      "Class",
      SCORES,
      evaluation.classes.map(({ precision, recall, f1, ...rest }) => ({
        ...rest,
        scores: [precision, recall, f1],
      })),
    )}</div>`,
  };
}

/** The reliability diagram. Nothing without predictions. */
export function calibration(evaluation: Evaluation | undefined): Section | undefined {
  if (evaluation === undefined) return undefined;
  return {
    id: "calibration",
    title: "Calibration",
    content: html`<p class="sub">Bars: how often predictions of that confidence are right. Orange lines: how confident they are. Bars below their line are over-confident. The strip shows how many pictures each bar stands for. Expected calibration error: ${percent(evaluation.calibrationError)}.</p>
    <div class="card plain">${reliabilityDiagram(evaluation.bins)}</div>`,
  };
}

/** The pictures with the largest losses, which the page's script puts in. Nothing without predictions. */
export function topLosses({ predictions }: Pick<ReportData, "predictions">): Section | undefined {
  if (predictions.length === 0) return undefined;
  return {
    id: "losses",
    title: "Largest losses",
    content: html`<p class="sub">The pictures the model is most wrong about. Wrong labels are often found here.</p>
    <div class="card"><div class="pics" id="top-losses"></div></div>`,
  };
}

/** Pictures beside what in them spoke for the predicted class. Nothing where no heat maps were made. */
export function lookedAt({
  explained,
  summary,
}: Pick<ReportData, "explained" | "summary">): Section | undefined {
  if (explained.length === 0) return undefined;
  const className = (c: number): string => summary.classes[c] ?? String(c);
  const wrong = explained.filter(({ trueHeat }) => trueHeat !== undefined);
  const right = explained.filter(({ trueHeat }) => trueHeat === undefined);
  return {
    id: "looked-at",
    title: "What the model looked at",
    content: html`<p class="sub">What in a picture speaks for the predicted class, by Grad-CAM: from nothing (grey) over violet and red to most (yellow). The largest losses first, with a third picture of what speaks for the true class, on the same scale; then of each class the surest right prediction. Heat that lies beside the object, picture after picture, says that the background gives the class away.</p>
    <div class="card">${[wrong, right].map((some) => (some.length === 0 ? undefined : html`<div class="pics ${some === wrong ? "triples" : "pairs"}">${some.map((sample) => looked(sample, className))}</div>`))}</div>`,
  };
}

function looked(
  { truth, predicted, confidence, picture, heat, trueHeat, name }: ExplainedSample,
  className: (c: number) => string,
): Html {
  const map = (address: string, c: number): Html =>
    html`<img loading="lazy" src="${address}" alt="what speaks for ${className(c)}">`;
  const own = trueHeat === undefined ? undefined : map(trueHeat, truth);
  return html`<figure class="pic ${own === undefined ? "" : "wrong"}" title="${name}"><div class="frame ${own === undefined ? "pair" : "triple"}"><img loading="lazy" src="${picture}" alt="${className(truth)}">${map(heat, predicted)}${own}</div><figcaption><b>${className(predicted)} ${percent(confidence)}</b>${own === undefined ? undefined : html`<span>is ${className(truth)}</span>`}</figcaption></figure>`;
}

/** Training pictures before and after augmentation. Nothing where none were kept. */
export function augmentation({ augmented, preprocessing }: RunFacts): Section | undefined {
  if (augmented.length === 0) return undefined;
  const picture = (address: string, caption: string): Html =>
    html`<figure class="pic neutral"><div class="frame"><img loading="lazy" src="${address}" alt="${caption}"></div><figcaption>${caption}</figcaption></figure>`;
  return {
    id: "augmentation",
    title: "What the network sees",
    content: html`<p class="sub">Training pictures as evaluation would show them, then as augmentation makes them. Evaluation: ${preprocessing.join(", ") || "no transforms"}.</p>
    <div class="card">${augmented.map(
      ({ original, variants, className, name }) =>
        html`<div class="strip" title="${name}">${picture(original, `${className}, plain`)}${variants.map((address, i) => picture(address, `epoch ${i + 1}`))}</div>`,
    )}</div>`,
  };
}

/** Pictures of each class, or with each label, in each split. @param category what is counted */
export function dataSet({ splits, summary }: RunFacts, category: "Class" | "Label"): Section | undefined {
  if (splits.length === 0) return undefined;
  return {
    id: "data",
    title: "Data",
    content: html`<div class="card scroll tall" tabindex="0"><table class="sortable"><thead><tr><th><button>${category}</button></th>${splits.map(({ name }) => html`<th class="num"><button>${name}</button></th>`)}</tr></thead>
    <tbody>${summary.classes.map((name, c) => html`<tr><th scope="row">${name}</th>${splits.map(({ counts }) => html`<td class="num" data-v="${counts[c]!}">${wholeNumber(counts[c]!)}</td>`)}</tr>`)}</tbody></table></div>
    <p class="sub">${splits.map(({ name, pictures }) => `${name}: ${wholeNumber(pictures)} pictures`).join(", ")}</p>`,
  };
}

/** Pictures that could not be read, with the reason. Nothing where all could. */
export function leftOut({ summary }: RunFacts): Section | undefined {
  const { bad_pictures: pictures } = summary;
  if (pictures.length === 0) return undefined;
  const rest = pictures.length - MOST_LEFT_OUT;
  return {
    id: "left-out",
    title: "Left out",
    content: html`<p class="sub">${wholeNumber(pictures.length)} ${pictures.length === 1 ? "picture" : "pictures"} could not be read: counted above, but not trained on or evaluated.</p>
    <div class="card scroll tall" tabindex="0"><table><thead><tr><th>Picture</th><th>What is wrong</th></tr></thead>
    <tbody>${pictures.slice(0, MOST_LEFT_OUT).map(({ name, problem }) => html`<tr><th scope="row"><code>${name}</code></th><td>${problem}</td></tr>`)}</tbody></table></div>
    ${rest > 0 ? html`<p class="sub">And ${wholeNumber(rest)} more, in <code>summary.json</code>.</p>` : undefined}`,
  };
}

/** Where the time of the run went, in seconds, and the speed of each epoch. Nothing without epochs. */
export function timing({ timing: epochs, summary }: RunFacts): Section | undefined {
  if (epochs.length === 0) return undefined;
  const sum = (of: (epoch: (typeof epochs)[number]) => number): number =>
    epochs.reduce((total, epoch) => total + of(epoch), 0);
  const training = sum(({ trainSeconds }) => trainSeconds);
  const validation = sum(({ validationSeconds }) => validationSeconds);
  const rest = Math.max(0, summary.wall_seconds - training - validation);
  const seconds = (of: (epoch: (typeof epochs)[number]) => number): (readonly [number, number])[] =>
    epochs.map((epoch) => [epoch.epoch, of(epoch)]);
  return {
    id: "timing",
    title: "Timing",
    content: html`<p class="sub">Training ${duration(training)} (${percent(summary.data_wait)} of it waiting for data), validation ${duration(validation)}, everything else ${duration(rest)}: start, compilation, checkpoints, export, test.</p>
    <div class="grid2">
      ${lineChart({
        title: "Seconds an epoch",
        series: [
          { name: "training", points: seconds(({ trainSeconds }) => trainSeconds) },
          { name: "validation", points: seconds(({ validationSeconds }) => validationSeconds) },
          { name: "waiting for data", points: seconds(({ dataSeconds }) => dataSeconds) },
        ],
      })}
      ${lineChart({ title: "Images a second in training", series: [{ name: "images/s", points: seconds(({ samples, trainSeconds }) => samples / trainSeconds) }] })}
    </div>`,
  };
}

/** What was trained, with what, and on which machine; the layers where they are known. */
export function modelAndMachine({ model, summary, environment }: RunFacts): Section {
  const facts: (readonly [string, string])[] = [
    ["architecture", summary.model],
    ...(model === undefined
      ? []
      : ([
          [
            "parameters",
            `${wholeNumber(model.parameters)}${model.trainable === model.parameters ? "" : ` (${wholeNumber(model.trainable)} trained)`}`,
          ],
          ["size", `${(model.bytes / 1e6).toFixed(1)} MB as float32`],
          ["operations", `${(model.flops / 1e9).toFixed(2)} GFLOPs a picture`],
          ["activations", `up to ${(model.activationBytes / 1e6).toFixed(1)} MB a picture in training`],
        ] as const)),
    ["runtime", `${summary.runtime}, ${summary.precision}, ${summary.threads} threads`],
    ["seed", String(summary.seed)],
  ];
  const list = (rows: readonly (readonly [string, string])[]): Html =>
    html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  return {
    id: "model",
    title: "Model and machine",
    content: html`<div class="grid2"><div class="card">${list(facts)}</div><div class="card">${list(environment)}</div></div>
    ${model === undefined ? undefined : html`<div class="card scroll tall" tabindex="0" style="margin-top:16px"><table class="roomy"><thead><tr><th>Layer</th><th>Type</th><th>Output</th><th class="num">Parameters</th><th class="num">MFLOPs</th></tr></thead><tbody>${model.layers.map((layer) => html`<tr><th scope="row"><code>${layer.name}</code></th><td>${layer.type}</td><td>${layer.outputShape.join(" × ")}</td><td class="num">${wholeNumber(layer.parameters)}</td><td class="num">${(layer.flops / 1e6).toFixed(1)}</td></tr>`)}</tbody></table></div>`}`,
  };
}

/** Every setting of the run, with what set it. */
export function configuration({ configuration: entries }: RunFacts): Section | undefined {
  if (entries.length === 0) return undefined;
  return {
    id: "configuration",
    title: "Configuration",
    content: html`<p class="sub">Every setting with what set it.</p>
    <div class="card"><div class="filters"><input id="search" type="search" placeholder="Find a setting" aria-label="Find a setting"></div>
    <div class="scroll tall" tabindex="0"><table class="config" id="settings"><thead><tr><th>Setting</th><th>Value</th><th>Set by</th></tr></thead>
    <tbody>${entries.map(({ key, value, source }) => html`<tr><td><code>${key}</code></td><td><code>${value}</code></td><td>${source}</td></tr>`)}</tbody></table></div></div>`,
  };
}
