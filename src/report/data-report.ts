// The report of a data set: what it holds, what is wrong with it, and what training will see of it, on one page.
import { type Html, html, percent, plainNumber, wholeNumber } from "./html.ts";
import { type LabelSetSummary, labelSection } from "./label-section.ts";
import { renderPage, type Section, tile } from "./page.ts";
import { sizeChart } from "./size-chart.ts";

/** What was found out about a data set. */
export interface DataReport {
  /** What to call it, such as its folder. */
  readonly name: string;
  readonly classes: readonly string[];
  /** Pictures, and those of each class or with each label, by split; one split alone is data that is not split. */
  readonly splits: readonly {
    readonly name: string;
    readonly pictures: number;
    readonly counts: readonly number[];
  }[];
  /** Where pictures may have several labels; else null. */
  readonly labelSets: LabelSetSummary | null;
  readonly warnings: readonly string[];
  readonly colours: {
    readonly sampled: number;
    /** Of red, green and blue, in 0..1. */
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly count: number }[];
  readonly problems: readonly {
    readonly name: string;
    readonly part: string;
    readonly className: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly duplicates: readonly DuplicateSet[];
  /** A grid of the first batch, as a `data:` address; undefined where there is none. */
  readonly batch: string | undefined;
  /** The training transforms, one after the other. */
  readonly transforms: readonly string[];
}

/** Pictures that are the same, or nearly. */
export interface DuplicateSet {
  readonly kind: "exact" | "equal" | "near";
  readonly acrossSplits: boolean;
  readonly contradicting: boolean;
  readonly pictures: readonly {
    readonly name: string;
    readonly part: string;
    readonly className: string;
    /** As a `data:` address; undefined where the page holds enough already. */
    readonly picture: string | undefined;
  }[];
}

/** The page as text. */
export function renderDataReport(data: DataReport): string {
  const sections = [
    classes(data),
    labels(data),
    sizes(data),
    problems(data),
    ...duplicates(data),
    batch(data),
  ].filter((section): section is Section => section !== undefined);
  return renderPage({
    name: data.name,
    title: `${data.name}: ${data.classes.length} ${words(data).plural}`,
    status: verdict(data),
    subtitle: `${data.classes.length} ${words(data).plural}, ${isSplit(data) ? data.splits.map(({ name, pictures }) => `${name} ${wholeNumber(pictures)}`).join(", ") : "not split yet"}`,
    tiles: tiles(data),
    sections,
    footer: "Made by classifier-training data report; this file needs no other.",
  });
}

const isSplit = ({ splits }: DataReport): boolean => splits.length > 1;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** What pictures are told apart by. */
interface Words {
  readonly One: string;
  readonly plural: string;
  readonly Plural: string;
  /** What a picture has. */
  readonly own: string;
}

function words({ labelSets }: DataReport): Words {
  return labelSets === null
    ? { One: "Class", plural: "classes", Plural: "Classes", own: "class" }
    : { One: "Label", plural: "labels", Plural: "Labels", own: "labels" };
}

function labels({ labelSets, classes: names }: DataReport): Section | undefined {
  return labelSets === null ? undefined : labelSection(labelSets, names);
}

function verdict({ problems: found, duplicates: sets, warnings }: DataReport): string {
  const leaks = sets.some(({ acrossSplits }) => acrossSplits);
  const contradictions = sets.some(({ contradicting }) => contradicting);
  return found.length > 0 || leaks || contradictions || warnings.length > 0
    ? "needs a look"
    : "no problems found";
}

function tiles(data: DataReport): Html {
  const { splits, problems: found, duplicates: sets, classes: names } = data;
  const counts = splits[0]?.counts ?? [];
  const imbalance = Math.max(...counts) / Math.max(1, Math.min(...counts));
  return html`<div class="tiles">
    ${tile("Pictures", wholeNumber(sum(splits.map(({ pictures }) => pictures))))}
    ${tile(words(data).Plural, wholeNumber(names.length), `most common to rarest: ${plainNumber(imbalance)} to 1`)}
    ${tile("Cannot be read", wholeNumber(found.length))}
    ${isSplit(data) ? tile("Leaks", wholeNumber(sets.filter(({ acrossSplits }) => acrossSplits).length), "same picture in several splits") : undefined}
    ${tile("Contradictions", wholeNumber(sets.filter(({ contradicting }) => contradicting).length), `same picture, other ${words(data).own}`)}
    ${tile("Duplicates", wholeNumber(sets.length), "groups of the same picture")}
  </div>`;
}

function classes(data: DataReport): Section {
  const { classes: names, splits, warnings } = data;
  const most = Math.max(1, ...splits.flatMap(({ counts }) => counts));
  const cell = (count: number): Html =>
    html`<td class="num bar" data-v="${count}"><i style="--share:${(count / most).toFixed(3)}"></i><b>${wholeNumber(count)}</b></td>`;
  return {
    id: "classes",
    title: words(data).Plural,
    content: html`${warnings.length === 0 ? undefined : html`<ul class="notes">${warnings.map((line) => html`<li>${line}</li>`)}</ul>`}
    <div class="card scroll tall" tabindex="0"><table class="sortable counts"><thead><tr><th><button>${words(data).One}</button></th>${splits.map(({ name }) => html`<th class="num"><button>${isSplit(data) ? name : "Pictures"}</button></th>`)}</tr></thead>
    <tbody>${names.map((name, c) => html`<tr><th scope="row">${name}</th>${splits.map(({ counts }) => cell(counts[c] ?? 0))}</tr>`)}</tbody></table></div>`,
  };
}

function sizes(data: DataReport): Section | undefined {
  const { sizes: found, colours } = data;
  if (found.length === 0) return undefined;
  const channels = ["red", "green", "blue"].map(
    (name, c) => [name, colours.mean[c]!, colours.std[c]!] as const,
  );
  return {
    id: "sizes",
    title: "Sizes and colours",
    content: html`<p class="sub">Of ${wholeNumber(colours.sampled)}${isSplit(data) ? " training" : undefined} pictures.</p>
    <div class="grid2">${sizeChart(found)}
    <div class="card"><h3>Channels</h3><table><thead><tr><th>Channel</th><th class="num">Mean</th><th class="num">Deviation</th></tr></thead>
    <tbody>${channels.map(([name, mean, std]) => html`<tr><th scope="row"><span class="channel ${name}"></span>${name}</th><td class="num">${mean.toFixed(3)}</td><td class="num">${std.toFixed(3)}</td></tr>`)}</tbody></table>
    <p class="sub">ImageNet: mean 0.485, 0.456, 0.406; deviation 0.229, 0.224, 0.225.</p>
    <h3>Most frequent sizes</h3><table><tbody>${found.slice(0, 5).map(({ width, height, count }) => html`<tr><th scope="row">${width} × ${height}</th><td class="num">${wholeNumber(count)}</td><td class="num">${percent(count / sum(found.map((size) => size.count)))}</td></tr>`)}</tbody></table></div></div>`,
  };
}

function problems(data: DataReport): Section | undefined {
  const { problems: found } = data;
  if (found.length === 0) return undefined;
  return {
    id: "problems",
    title: "Cannot be read",
    content: html`<p class="sub">Training ends at the first of these, or leaves them out with <code>data.on_bad_picture=skip</code>.</p>
    <div class="card scroll tall" tabindex="0"><table class="roomy"><thead><tr><th>Picture</th>${isSplit(data) ? html`<th>Split</th>` : undefined}<th>${words(data).One}</th><th>What is wrong</th><th>Code</th></tr></thead>
    <tbody>${found.map(({ name, part, className, code, message }) => html`<tr><th scope="row"><code>${name}</code></th>${isSplit(data) ? html`<td>${part}</td>` : undefined}<td>${className}</td><td>${message}</td><td><code>${code}</code></td></tr>`)}</tbody></table></div>`,
  };
}

/** Every group once, under the worst that can be said of it. */
function duplicates(data: DataReport): (Section | undefined)[] {
  const { duplicates: sets } = data;
  const contradicting = sets.filter((set) => set.contradicting);
  const leaks = sets.filter((set) => set.acrossSplits && !set.contradicting);
  const others = sets.filter((set) => !set.acrossSplits && !set.contradicting);
  return [
    groups(
      "contradictions",
      `Contradicting ${words(data).plural}`,
      `The same picture with several ${data.labelSets === null ? "classes" : "sets of labels"}. Of identical and equal ones a label is wrong; of near ones, perhaps.`,
      contradicting,
      data,
    ),
    groups(
      "leaks",
      "Leaks between splits",
      "Pictures that are evaluated on and trained on: the scores are too good.",
      leaks,
      data,
    ),
    groups(
      "duplicates",
      "Other duplicates",
      `Of the same ${isSplit(data) ? "split and " : ""}${words(data).own}: they count more than once.`,
      others,
      data,
    ),
  ];
}

const KINDS: Readonly<Record<DuplicateSet["kind"], string>> = {
  exact: "identical files",
  equal: "equal: the same picture, re-encoded, resized, cropped, mirrored, turned or framed",
  near: "near: another picture of the same thing",
};

function groups(
  id: string,
  title: string,
  note: string,
  sets: readonly DuplicateSet[],
  data: DataReport,
): Section | undefined {
  if (sets.length === 0) return undefined;
  return {
    id,
    title,
    content: html`<p class="sub">${note}</p>
    <div class="card tall">${sets.map(
      ({ kind, pictures, acrossSplits, contradicting }) =>
        html`<div class="strip twins"><p>${KINDS[kind]}${contradicting ? `, ${words(data).plural} differ` : undefined}${acrossSplits ? ", in several splits" : undefined}</p>${pictures.map(
          ({ name, part, className, picture }) =>
            html`<figure class="pic neutral">${picture === undefined ? undefined : html`<div class="frame"><img loading="lazy" src="${picture}" alt=""></div>`}<figcaption>${name}<span>${className}${isSplit(data) ? `, ${part}` : undefined}</span></figcaption></figure>`,
        )}</div>`,
    )}</div>`,
  };
}

function batch({ batch: address, transforms }: DataReport): Section | undefined {
  if (address === undefined) return undefined;
  return {
    id: "batch",
    title: "What the network sees",
    content: html`<p class="sub">The first batch of the first epoch: ${transforms.join(", ")}.</p>
    <div class="card"><img class="batch" src="${address}" alt="The pictures of a batch, augmented"></div>`,
  };
}
