// Parallel coordinates: a line for each trial through all of its settings to its objective.
import { type Html, html, plainNumber } from "../html.ts";
import { type Axis, numberAxis, settingAxis } from "./axis.ts";
import { bestLast, completed, qualityOf, type StudyReport, type StudyTrial, shade } from "./study-data.ts";

/** As wide as the page; many settings are wider, and scrolled. */
const WIDTH = 1080;
const LEAST_SPACE = 132;
const [HEIGHT, TOP, BOTTOM, SIDE] = [340, 44, 20, 66];

/** Nothing where there are no completed trials. A setting that does not exist in a trial interrupts its line. */
export function parallelCoordinates({ settings, objectives, trials, best }: StudyReport): Html {
  const shown = completed(trials);
  const [objective] = objectives;
  if (shown.length === 0 || objective === undefined) return html``;
  const quality = qualityOf(trials, objective.maximize);
  const axes: { name: string; axis: Axis; value: (trial: StudyTrial) => number | string | undefined }[] = [
    ...settings.map((setting) => {
      const value = (trial: StudyTrial): number | string | undefined => trial.settings[setting.name];
      const values = shown.flatMap((trial) => value(trial) ?? []);
      return { name: setting.name, axis: settingAxis(setting, values), value };
    }),
    {
      name: objective.metric,
      axis: numberAxis(
        shown.map(({ values }) => values![0]!),
        false,
        /acc/.test(objective.metric),
      ),
      value: (trial) => trial.values?.[0],
    },
  ];
  const space = Math.max(LEAST_SPACE, Math.round((WIDTH - SIDE * 2) / (axes.length - 1)));
  const width = SIDE * 2 + space * (axes.length - 1);
  const sx = (i: number): number => SIDE + i * space;
  const sy = (at: number): number => Math.round((HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM)) * 10) / 10;
  const path = (trial: StudyTrial): string => {
    let isOpen = false;
    return axes
      .map(({ axis, value }, i) => {
        const here = value(trial);
        const step = here === undefined ? "" : `${isOpen ? "L" : "M"}${sx(i)} ${sy(axis.at(here))}`;
        isOpen = here !== undefined;
        return step;
      })
      .join("");
  };
  const sorted = bestLast(
    shown,
    ({ number }) => quality.get(number)!,
    ({ number }) => best.includes(number),
  );
  return html`<div class="card scroll" tabindex="0"><svg class="parallel" viewBox="0 0 ${width} ${HEIGHT}" style="min-width:${Math.min(width, Math.max(560, 110 * axes.length))}px" role="img" aria-label="Settings of all completed trials">
    ${sorted.map((trial) => html`<path class="${best.includes(trial.number) ? "thread best" : "thread"}" style="--q:${shade(quality.get(trial.number)!)}%" d="${path(trial)}"><title>${`trial ${trial.number}: ${objective.metric} ${plainNumber(trial.values![0])}`}</title></path>`)}
    ${axes.map(
      ({ name, axis }, i) =>
        html`<g><path class="mast" d="M${sx(i)} ${TOP}V${HEIGHT - BOTTOM}"/><text class="axis" x="${sx(i)}" y="${i % 2 === 0 ? 12 : 26}" text-anchor="middle"><title>${name}</title>${short(name)}</text>${axis.ticks.map(
          ({ at, text }) => html`<text class="tick halo" x="${sx(i) + 6}" y="${sy(at) + 4}">${text}</text>`,
        )}</g>`,
    )}
  </svg></div>`;
}

/** The end of a dotted key says the most. */
const short = (name: string): string => (name.length > 22 ? `…${name.slice(-21)}` : name);
