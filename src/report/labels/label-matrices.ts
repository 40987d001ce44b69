// Which labels come together, and which mistakes come beside which labels, as matrices and a table.
import { type Html, html, percent, plainNumber, wholeNumber } from "../html.ts";
import { type Matrix, type MatrixCell, matrix } from "../matrix.ts";
import type { LabelEvaluation } from "./label-evaluation.ts";

/** Pairs of labels that are missed together, at most. */
const MOST_PAIRS = 20;

/** Three matrices whose cells choose pictures, each with what its rows and columns are. */
export function labelMatrices({ labels, pairs }: LabelEvaluation): Html {
  const names = labels.map(({ name }) => name);
  const card = (title: string, explanation: string, drawn: Matrix): Html =>
    html`<div class="card"><h3>${title}</h3><p class="sub">${explanation}</p>${drawn.cells.length === 0 ? html`<p>None.</p>` : html`<div class="scroll" tabindex="0">${matrix(drawn)}</div>`}</div>`;
  return html`<div class="grid2 wide choices">${card(
    "Present together",
    "Pictures that show both labels. The stronger, the larger the share of those with the label of the row; on the diagonal all of them.",
    {
      id: "together-matrix",
      description: "Labels that are present together, in numbers of pictures",
      rows: "present",
      columns: "also present",
      names,
      cells: cellsOf(pairs.together, pairs.together, names, "right", (row, column) =>
        row === column ? names[row]! : `${names[row]} and ${names[column]}`,
      ),
    },
  )}${card(
    "Missed beside",
    "Pictures with the label of the row in which that of the column is missed. The stronger, the larger the share of those that show both; on the diagonal all that is missed.",
    {
      id: "missed-matrix",
      description: "Labels that are missed beside others, in numbers of pictures",
      rows: "present",
      columns: "missed",
      names,
      cells: cellsOf(pairs.missed, pairs.together, names, "wrong", (row, column) =>
        row === column ? `${names[row]} missed` : `${names[column]} missed beside ${names[row]}`,
      ),
    },
  )}${card(
    "Predicted although absent beside",
    "Pictures with the label of the row in which that of the column is predicted though it is absent: what is mistaken for what. The stronger, the larger the share of those without it.",
    {
      id: "extra-matrix",
      description: "Labels that are predicted although absent beside others, in numbers of pictures",
      rows: "present",
      columns: "predicted although absent",
      names,
      cells: cellsOf(
        pairs.extra,
        pairs.absent,
        names,
        "wrong",
        (row, column) => `${names[column]} predicted although absent beside ${names[row]}`,
      ),
    },
  )}</div>`;
}

/** The cells that are not empty; each is a share of what is in the same place of `of`. */
function cellsOf(
  counts: Float64Array,
  of: Float64Array,
  names: readonly string[],
  kind: MatrixCell["kind"],
  title: (row: number, column: number) => string,
): MatrixCell[] {
  const labels = names.length;
  const cells: MatrixCell[] = [];
  for (const [cell, count] of counts.entries()) {
    if (count === 0) continue;
    const [row, column] = [Math.floor(cell / labels), cell % labels];
    const whole = of === counts ? of[row * (labels + 1)]! : of[cell]!;
    const share = count / whole;
    cells.push({
      row,
      column,
      count,
      share,
      kind,
      title: `${title(row, column)}: ${count} of ${whole} pictures`,
    });
  }
  return cells;
}

/** Pairs of labels that are missed in the same pictures more often than chance gives. */
export function missedTogetherTable({ labels, missedTogether: pairs }: LabelEvaluation): Html {
  if (pairs.length === 0)
    return html`<p class="sub">No two labels are missed in the same pictures more often than each by itself would give.</p>`;
  const name = (label: number): string => labels[label]!.name;
  return html`<p class="sub">In pictures that have both labels: how often each is missed, how often both are, and how often both would be if one had nothing to do with the other. Only what chance would show in less than one of twenty reports (Fisher's exact test, corrected for all pairs). Such labels share a cause: pictures too dark, too small, annotated carelessly.</p>
    <div class="card scroll" tabindex="0"><table class="roomy"><thead><tr><th>Labels</th><th class="num">Pictures with both</th><th class="num">First missed</th><th class="num">Second missed</th><th class="num">Both missed</th><th class="num">Expected</th><th class="num">p</th></tr></thead>
    <tbody>${pairs.slice(0, MOST_PAIRS).map((pair) => html`<tr><th scope="row"><button class="link" data-both="${pair.first},${pair.second}">${name(pair.first)} + ${name(pair.second)}</button></th><td class="num">${wholeNumber(pair.pictures)}</td><td class="num">${share(pair.firstMissed, pair.pictures)}</td><td class="num">${share(pair.secondMissed, pair.pictures)}</td><td class="num"><b>${share(pair.bothMissed, pair.pictures)}</b></td><td class="num">${plainNumber(Number(pair.expected.toFixed(1)))}</td><td class="num">${pair.p < 1e-4 ? "< 0.0001" : pair.p.toFixed(4)}</td></tr>`)}</tbody></table></div>`;
}

function share(count: number, of: number): string {
  return `${wholeNumber(count)} (${percent(count / of, 0)})`;
}
