// The part of a data report about pictures with several labels: how many they have, and which come together.
import { type Html, html, percent, plainNumber, wholeNumber } from "./html.ts";
import { type Matrix, type MatrixCell, matrix } from "./matrix.ts";
import type { Section } from "./page.ts";

/** What the label sets of a data set look like. */
export interface LabelSetSummary {
  /** By split. */
  readonly parts: Readonly<
    Record<
      string,
      {
        readonly cardinality: number;
        readonly density: number;
        readonly distinctSets: number;
        readonly withoutLabels: number;
        readonly unknown: number;
      }
    >
  >;
  /** Of training: `[a][b]` pictures that have both labels, `[a][a]` those that have `a`. */
  readonly coOccurrence: readonly (readonly number[])[];
  /** Of training: labels that most often come together, by their indices. */
  readonly pairs: readonly { readonly first: number; readonly second: number; readonly count: number }[];
}

/** Pairs that are listed. */
const MOST_PAIRS = 12;

/** Numbers by split, the pairs that come together most often, and all pairs as a grid. */
export function labelSection(
  { parts, coOccurrence, pairs }: LabelSetSummary,
  classes: readonly string[],
): Section {
  const found = Object.values(parts);
  type Numbers = (typeof found)[number];
  const row = (name: string, value: (numbers: Numbers) => string): Html =>
    html`<tr><th scope="row">${name}</th>${found.map((numbers) => html`<td class="num">${value(numbers)}</td>`)}</tr>`;
  const have = (label: number): number => coOccurrence[label]![label]!;
  const pair = ({ first, second, count }: (typeof pairs)[number]): Html =>
    html`<tr><th scope="row">${classes[first]} + ${classes[second]}</th><td class="num">${wholeNumber(count)}</td><td class="num">${percent(count / have(first))}</td><td class="num">${percent(count / have(second))}</td></tr>`;
  return {
    id: "together",
    title: "Labels together",
    content: html`<div class="grid2"><div class="card scroll" tabindex="0"><h3>Sets of labels</h3><table>${
      found.length === 1
        ? undefined
        : html`<thead><tr><th></th>${Object.keys(parts).map((name) => html`<th class="num">${name}</th>`)}</tr></thead>`
    }<tbody>
    ${row("Labels of a picture", ({ cardinality }) => plainNumber(cardinality))}
    ${row("Share of all labels", ({ density }) => percent(density))}
    ${row("Distinct sets", ({ distinctSets }) => wholeNumber(distinctSets))}
    ${row("Pictures without labels", ({ withoutLabels }) => wholeNumber(withoutLabels))}
    ${row("Unknown entries", ({ unknown }) => wholeNumber(unknown))}</tbody></table></div>
    ${
      pairs.length === 0
        ? undefined
        : html`<div class="card scroll" tabindex="0"><h3>Most often together</h3><table><thead><tr><th>Labels</th><th class="num">Pictures</th><th class="num">Of first</th><th class="num">Of second</th></tr></thead><tbody>${pairs.slice(0, MOST_PAIRS).map(pair)}</tbody></table></div>`
    }</div>
    ${
      pairs.length === 0
        ? undefined
        : html`<p class="sub">Pictures that have both labels; the stronger, the larger their share of those with the label of the row.</p>
    <div class="card scroll" tabindex="0">${matrix(coOccurrenceMatrix(coOccurrence, classes))}</div>`
    }`,
  };
}

function coOccurrenceMatrix(counts: LabelSetSummary["coOccurrence"], names: readonly string[]): Matrix {
  const cells = counts.flatMap((own, row) =>
    own.flatMap((count, column): MatrixCell[] => {
      if (row === column || count === 0) return [];
      const all = counts[row]![row]!;
      const title = `${names[row]} and ${names[column]}: ${count} of ${all} with ${names[row]}`;
      return [{ row, column, count, share: count / all, title, kind: "right" }];
    }),
  );
  return {
    id: "co-occurrence",
    description: "Pictures that have both labels",
    rows: "of pictures with",
    columns: "those that also have",
    cells,
    names,
  };
}
