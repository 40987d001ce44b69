// The table of the scores of each class or label, with their intervals.
import type { Interval } from "../metrics/index.ts";
import { type Html, html, percent, wholeNumber } from "./html.ts";

/** A class or label with its scores, in the order of the table's columns. */
export interface ScoreRow {
  readonly name: string;
  /** Samples of the class, or with the label. */
  readonly support: number;
  readonly scores: readonly Interval[];
}

/**
 * A row for each class or label, in the order given, with its scores and their 95 % intervals; the page's script sorts
 * it.
 * @param category what the rows are
 */
export function scoreTable(
  category: "Class" | "Label",
  columns: readonly string[],
  rows: readonly ScoreRow[],
): Html {
  return html`<div class="scroll" tabindex="0"><table class="sortable classes">
    <thead><tr><th><button>${category}</button></th><th class="num"><button>Pictures</button></th>${columns.map(
      (column) => html`<th class="num"><button>${column}</button></th>`,
    )}</tr></thead>
    <tbody>${rows.map(
      ({ name, support, scores }, c) =>
        html`<tr data-class="${c}"><th scope="row"><button class="link" data-show="${c}">${name}</button></th><td class="num" data-v="${support}">${wholeNumber(support)}</td>${scores.map(intervalCell)}</tr>`,
    )}</tbody>
  </table></div>`;
}

/** The value, and a line of 0 to 100 % with interval and value on it. */
function intervalCell({ value, low, high }: Interval): Html {
  const known = Number.isFinite(low) && Number.isFinite(high);
  const at = (share: number): string => (share * 100).toFixed(1);
  const text = known
    ? `${percent(value)}, 95 % interval ${percent(low)} to ${percent(high)}`
    : percent(value);
  return html`<td class="num" data-v="${Number.isNaN(value) ? -1 : value}" title="${text}"><span class="score">${percent(value)}</span><span class="interval" aria-hidden="true">${
    known ? html`<i style="left:${at(low)}%;width:${at(Math.max(0, high - low))}%"></i>` : undefined
  }${Number.isNaN(value) ? undefined : html`<b style="left:${at(value)}%"></b>`}</span><small>${known ? `${at(low)}–${at(high)}` : ""}</small></td>`;
}
