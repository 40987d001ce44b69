// The page on which two models are compared: how often each is right, and the pictures of which they say different things.
import type { McNemarResult } from "../metrics/index.ts";
import { type Html, html, percent, wholeNumber } from "./html.ts";
import { renderPage, type Section, tile } from "./page.ts";

/** What two models say about the same pictures. */
export interface Comparison {
  /** What to call them, such as their paths. */
  readonly models: readonly [string, string];
  /** Which pictures, such as "test". */
  readonly part: string;
  readonly pictures: number;
  readonly bothRight: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothWrong: number;
  /** Of models that tell several labels: mean average precisions. Then a picture is right where all its labels are. */
  readonly averagePrecision: readonly [number, number] | undefined;
  readonly test: McNemarResult;
  readonly classes: readonly {
    readonly name: string;
    readonly pictures: number;
    readonly onlyFirst: number;
    readonly onlySecond: number;
  }[];
  /** Those of which they say different things. */
  readonly differing: readonly DifferingPicture[];
}

/** A picture of which two models say different things. */
export interface DifferingPicture {
  readonly kind: "onlyFirst" | "onlySecond" | "bothWrong";
  readonly name: string;
  readonly truth: string;
  /** By each model. */
  readonly said: readonly { readonly label: string; readonly confidence: number }[];
  /** As a `data:` address; undefined where the page holds enough already. */
  readonly picture: string | undefined;
}

/** In one sentence: whether the difference is more than chance. */
export function verdictOf({ onlyFirst, onlySecond, test, averagePrecision }: Comparison): string {
  const p = test.p < 1e-4 ? "p < 0.0001" : `p = ${test.p.toFixed(4)}`;
  const method = test.method === "exact" ? "exact" : "chi-squared with continuity correction";
  const name = onlyFirst > onlySecond ? "A" : "B";
  const better =
    averagePrecision === undefined
      ? `${name} is better`
      : `${name} has all labels of a picture right more often`;
  const verdict = test.p < 0.05 ? better : "the difference may be chance";
  return `${verdict} (McNemar's test, ${method}: ${p})`;
}

/** The page as text. */
export function renderComparison(comparison: Comparison): string {
  const { models, part, pictures, bothRight, onlyFirst, onlySecond, differing } = comparison;
  const { averagePrecision: averages } = comparison;
  const [first, second] = models;
  const share = (right: number): string => percent(right / pictures);
  const sections = [
    table(comparison),
    classes(comparison),
    ...GROUPS.map((group) => groupOf(group, differing)),
  ].filter((section): section is Section => section !== undefined);
  return renderPage({
    name: "Two models compared",
    title: `${first} and ${second}`,
    status: comparison.test.p < 0.05 ? "they differ" : "may be chance",
    subtitle: `A is ${first}, B is ${second}; ${wholeNumber(pictures)} ${part} pictures: ${verdictOf(comparison)}.`,
    tiles: html`<div class="tiles">
      ${averages?.map((average, i) => tile(`mAP of ${"AB"[i]}`, percent(average)))}
      ${tile("A is right", share(bothRight + onlyFirst))}
      ${tile("B is right", share(bothRight + onlySecond))}
      ${tile("Only A is right", wholeNumber(onlyFirst))}
      ${tile("Only B is right", wholeNumber(onlySecond))}
      ${tile("They differ on", wholeNumber(differing.length), `${share(differing.length)} of the pictures`)}
    </div>`,
    sections,
    footer: "Made by classifier-training compare; this file needs no other.",
  });
}

function table({ bothRight, onlyFirst, onlySecond, bothWrong, averagePrecision }: Comparison): Section {
  const right = averagePrecision === undefined ? undefined : "A picture is right where all its labels are. ";
  const cell = (count: number): Html => html`<td class="num">${wholeNumber(count)}</td>`;
  return {
    id: "table",
    title: "Right and wrong",
    content: html`<p class="sub">${right}McNemar's test asks whether the two numbers of pictures on which only one is right differ more than those of a tossed coin.</p>
    <div class="card scroll" tabindex="0"><table><thead><tr><th></th><th class="num">B right</th><th class="num">B wrong</th></tr></thead>
    <tbody><tr><th scope="row">A right</th>${cell(bothRight)}${cell(onlyFirst)}</tr><tr><th scope="row">A wrong</th>${cell(onlySecond)}${cell(bothWrong)}</tr></tbody></table></div>`,
  };
}

function classes({ classes: all, averagePrecision }: Comparison): Section {
  const [title, one] = averagePrecision === undefined ? ["Classes", "Class"] : ["Labels", "Label"];
  return {
    id: "classes",
    title,
    content: html`<div class="card scroll tall" tabindex="0"><table class="sortable"><thead><tr><th><button>${one}</button></th><th class="num"><button>Pictures</button></th><th class="num"><button>Only A</button></th><th class="num"><button>Only B</button></th></tr></thead>
    <tbody>${all.map(({ name, pictures, onlyFirst, onlySecond }) => html`<tr><th scope="row">${name}</th><td class="num" data-v="${pictures}">${wholeNumber(pictures)}</td><td class="num" data-v="${onlyFirst}">${wholeNumber(onlyFirst)}</td><td class="num" data-v="${onlySecond}">${wholeNumber(onlySecond)}</td></tr>`)}</tbody></table></div>`,
  };
}

interface Group {
  readonly kind: DifferingPicture["kind"];
  readonly title: string;
}

const GROUPS: readonly Group[] = [
  { kind: "onlyFirst", title: "Only A is right" },
  { kind: "onlySecond", title: "Only B is right" },
  { kind: "bothWrong", title: "Both are wrong, each in its own way" },
];

function groupOf({ kind, title }: Group, differing: readonly DifferingPicture[]): Section | undefined {
  const all = differing.filter((picture) => picture.kind === kind);
  const shown = all.filter(({ picture }) => picture !== undefined);
  if (all.length === 0) return undefined;
  const said = (model: string, { label, confidence }: DifferingPicture["said"][number]): Html =>
    html`<span>${model}: ${label} ${percent(confidence)}</span>`;
  return {
    id: kind,
    title,
    content: html`<p class="sub">${wholeNumber(all.length)} pictures${shown.length < all.length ? `, of which the ${shown.length} are shown that both are surest of` : undefined}.</p>
    <div class="card"><div class="pics">${shown.map(
      ({ name, truth, said: [a, b], picture }) =>
        html`<figure class="pic neutral" title="${name}"><div class="frame"><img loading="lazy" src="${picture!}" alt="${name}"></div><figcaption><b>${truth}</b>${said("A", a!)}${said("B", b!)}</figcaption></figure>`,
    )}</div></div>`,
  };
}
