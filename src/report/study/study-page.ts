// The page of a study: how it went, what decides, how trials learned, and which settings to take.
import { duration, type Html, html, percent, plainNumber } from "../html.ts";
import { renderPage, type Section, tile } from "../page.ts";
import { numberAxis, settingAxis } from "./axis.ts";
import { learningCurves } from "./curves.ts";
import { parallelCoordinates } from "./parallel.ts";
import { type Dot, scatter } from "./scatter.ts";
import { completed, qualityOf, type StudyReport, type StudyTrial } from "./study-data.ts";

const inPercent = (metric: string): boolean => /acc|precision|recall|f1|auroc/.test(metric);

const valueText = (metric: string, value: number | undefined): string =>
  inPercent(metric) ? percent(value, 2) : plainNumber(value);

/** The page as text; it needs nothing else, and loads nothing. */
export function renderStudy(study: StudyReport): string {
  const { name, objectives, trials, best, sampler, pruner } = study;
  const [first] = objectives;
  const count = (state: StudyTrial["state"]): number =>
    trials.filter((trial) => trial.state === state).length;
  const open = count("running") + count("waiting");
  const top = trials.find(({ number }) => number === best[0]);
  const metric = first?.metric ?? "";
  const seconds = trials.reduce((sum, trial) => sum + (trial.seconds ?? 0), 0);
  const epochs = trials.reduce((sum, { curve }) => sum + curve.length, 0);
  const goals = objectives
    .map((each) => `${each.maximize ? "maximize" : "minimize"} ${each.metric}`)
    .join(", ");
  return renderPage({
    name,
    title: `${name} - study`,
    status: open > 0 ? `${open} trials go on` : "ended",
    subtitle: `${goals}; ${study.settings.map((setting) => setting.name).join(", ")}`,
    tiles: html`<div class="tiles">${
      objectives.length === 1
        ? tile(`Best ${metric}`, valueText(metric, top?.values?.[0]), top && `trial ${top.number}`)
        : tile("Pareto front", String(best.length), "trials that no other one beats in all")
    }${tile("Trials", String(trials.length), `${count("completed")} completed, ${count("pruned")} pruned, ${count("failed")} failed`)}${tile("Epochs", String(epochs))}${tile("Time in trials", duration(seconds))}</div>`,
    sections: studySections(study).filter(({ content }) => content.text !== ""),
    footer: `Sampler ${sampler}, pruner ${pruner}. Written by classifier-training.`,
  });
}

/** The parts of the page; those without content have nothing to show yet. */
export function studySections(study: StudyReport): Section[] {
  return [
    {
      id: "best",
      title: study.objectives.length > 1 ? "Pareto front" : "Best settings",
      content: bestSettings(study),
    },
    { id: "history", title: "History", content: history(study) },
    { id: "importance", title: "Importance", content: importance(study) },
    { id: "settings", title: "Settings together", content: parallelCoordinates(study) },
    { id: "slices", title: "Each setting", content: slices(study) },
    { id: "curves", title: "Learning curves", content: learningCurves(study) },
    { id: "trials", title: "Trials", content: table(study) },
  ];
}

function bestSettings(study: StudyReport): Html {
  const { trials, best, objectives } = study;
  const found = trials.filter(({ number }) => best.includes(number));
  if (found.length === 0) return html``;
  return html`${objectives.length > 1 ? front(study) : undefined}${found
    .slice(0, 12)
    .map(
      (trial) =>
        html`<div class="card command"><h3>${`Trial ${trial.number}: ${objectives.map(({ metric }, i) => `${metric} ${valueText(metric, trial.values?.[i])}`).join(", ")}`}</h3><pre>${trial.command}</pre></div>`,
    )}`;
}

/** Two objectives against each other, and the line of those that are not beaten. */
function front({ trials, objectives, best }: StudyReport): Html {
  const [a, b] = objectives;
  const shown = completed(trials).filter(({ values }) => Number.isFinite(values?.[1]));
  if (a === undefined || b === undefined || shown.length === 0) return html``;
  const x = numberAxis(
    shown.map(({ values }) => values![1]!),
    false,
    inPercent(b.metric),
  );
  const y = numberAxis(
    shown.map(({ values }) => values![0]!),
    false,
    inPercent(a.metric),
  );
  const place = ({ values }: StudyTrial): readonly [number, number] => [x.at(values![1]!), y.at(values![0]!)];
  const dots = shown.map((trial): Dot => {
    const [px, py] = place(trial);
    const isBest = best.includes(trial.number);
    return { x: px, y: py, quality: isBest ? 1 : 0.35, isBest, text: dotText(trial, objectives) };
  });
  const line = shown
    .filter(({ number }) => best.includes(number))
    .map(place)
    .sort((one, two) => one[0] - two[0]);
  return html`<div class="plain">${scatter({ title: `${a.metric} against ${b.metric}`, xName: b.metric, x, y, dots, line })}</div>`;
}

function history({ trials, objectives, best }: StudyReport): Html {
  const [objective] = objectives;
  const done = completed(trials);
  if (objective === undefined || done.length === 0) return html``;
  const quality = qualityOf(trials, objective.maximize);
  const given = trials.filter(({ state, curve }) => state === "pruned" && Number.isFinite(curve.at(-1)?.[1]));
  const value = (trial: StudyTrial): number => trial.values?.[0] ?? trial.curve.at(-1)![1];
  const y = numberAxis([...done, ...given].map(value), false, inPercent(objective.metric));
  const axis = numberAxis(trials.map(({ number }) => number));
  const x = { ...axis, ticks: axis.ticks.filter(({ text }) => /^\d+$/.test(text)) };
  let soFar: number | undefined;
  const line: [number, number][] = [];
  for (const trial of done) {
    const here = value(trial);
    if (soFar !== undefined) line.push([x.at(trial.number), y.at(soFar)]);
    if (soFar === undefined || (objective.maximize ? here > soFar : here < soFar)) soFar = here;
    line.push([x.at(trial.number), y.at(soFar)]);
  }
  const dots = [...done, ...given].map((trial): Dot => {
    const isBest = best.includes(trial.number) && objectives.length === 1;
    const known = quality.get(trial.number);
    return {
      x: x.at(trial.number),
      y: y.at(value(trial)),
      quality: known,
      isBest,
      text: dotText(trial, objectives),
    };
  });
  return scatter({
    title: `${objective.metric}, and the best so far`,
    xName: "trial",
    x,
    y,
    dots,
    line,
    wide: true,
  });
}

function slices({ trials, objectives, settings, best }: StudyReport): Html {
  const [objective] = objectives;
  const done = completed(trials);
  if (objective === undefined || done.length === 0) return html``;
  const quality = qualityOf(trials, objective.maximize);
  const y = numberAxis(
    done.map(({ values }) => values![0]!),
    false,
    inPercent(objective.metric),
  );
  const charts = settings.flatMap((setting) => {
    const shown = done.filter((trial) => trial.settings[setting.name] !== undefined);
    if (shown.length === 0) return [];
    const x = settingAxis(
      setting,
      shown.map((trial) => trial.settings[setting.name]!),
    );
    const dots = shown.map(
      (trial): Dot => ({
        x: x.at(trial.settings[setting.name]!),
        y: y.at(trial.values![0]!),
        quality: quality.get(trial.number),
        isBest: best.includes(trial.number),
        text: dotText(trial, objectives),
      }),
    );
    return [
      scatter({
        title: setting.name,
        xName: setting.log ? `${setting.name} (logarithmic)` : setting.name,
        x,
        y,
        dots,
      }),
    ];
  });
  return html`<div class="grid2">${charts}</div>`;
}

const dotText = (trial: StudyTrial, objectives: StudyReport["objectives"]): string =>
  [
    `trial ${trial.number}${trial.state === "completed" ? "" : `, ${trial.state}`}`,
    ...(trial.values ?? []).map(
      (value, i) => `${objectives[i]!.metric} ${valueText(objectives[i]!.metric, value)}`,
    ),
    ...Object.entries(trial.settings).map(
      ([name, value]) => `${name} ${typeof value === "number" ? plainNumber(value) : value}`,
    ),
  ].join("\n");

function importance({ importance: shares, importanceMethod, objectives }: StudyReport): Html {
  if (shares.length === 0) return html``;
  const most = shares[0]!.share;
  return html`<p class="sub">${`How much each setting decides about ${objectives[0]?.metric}: ${importanceMethod}.`}</p><div class="card shares">${shares.map(
    ({ name, share }) =>
      html`<div><span>${name}</span><span class="track"><i style="width:${((share / most) * 100).toFixed(1)}%"></i></span><b>${percent(share, 0)}</b></div>`,
  )}</div>`;
}

function table({ trials, objectives, settings }: StudyReport): Html {
  const cell = (value: number | string | undefined, text?: string): Html =>
    typeof value === "number" && Number.isFinite(value)
      ? html`<td class="num" data-v="${value}">${text ?? plainNumber(value)}</td>`
      : html`<td>${typeof value === "string" ? value : "–"}</td>`;
  const head = (title: string): Html => html`<th><button>${title}</button></th>`;
  return html`<div class="card scroll tall" tabindex="0"><table class="sortable">
    <thead><tr>${["Trial", "State", ...objectives.map(({ metric }) => metric), "Epochs", ...settings.map(({ name }) => name), "Time"].map(head)}</tr></thead>
    <tbody>${trials.map(
      (trial) =>
        html`<tr${trial.reason === undefined ? undefined : html` title="${trial.reason}"`}>${cell(trial.number)}${cell(trial.state)}${objectives.map(({ metric }, i) => cell(trial.values?.[i], valueText(metric, trial.values?.[i])))}${cell(trial.curve.at(-1)?.[0])}${settings.map(({ name }) => cell(trial.settings[name]))}${cell(trial.seconds, trial.seconds === undefined ? undefined : duration(trial.seconds))}</tr>`,
    )}</tbody></table></div>`;
}
