// A matrix of classes or labels, such as the confusion matrix, as SVG whose cells can be chosen.
import { shorten } from "../core/index.ts";
import type { Confusion } from "./evaluation.ts";
import { type Html, html } from "./html.ts";

/** Above this many classes cells carry no counts, above the next one axes carry no names. */
const MOST_COUNTED = 30;
const MOST_NAMED = 100;
const LONGEST_NAME = 18;
/** More cells than this are left to the pictures of the run: the page would be slow. */
const MOST_CELLS = 20_000;

/** A cell that is not empty. */
export interface MatrixCell {
  readonly row: number;
  readonly column: number;
  readonly count: number;
  /** How strong its colour is, by square root; 0 to 1. */
  readonly share: number;
  readonly title: string;
  /** Blue or orange. */
  readonly kind: "right" | "wrong";
}

/** A square matrix of classes or labels. */
export interface Matrix {
  /** Of its element. */
  readonly id: string;
  /** In words, for those who do not see it. */
  readonly description: string;
  readonly cells: readonly MatrixCell[];
  readonly names: readonly string[];
  /** What rows and columns are. */
  readonly rows: string;
  readonly columns: string;
}

/** Rows are true classes, columns predicted ones. Blue is right, orange wrong; the stronger, the larger the share of the true class. */
export function confusionCells(confusions: readonly Confusion[], names: readonly string[]): Matrix {
  const totals = new Map<number, number>();
  for (const { truth, count } of confusions) totals.set(truth, (totals.get(truth) ?? 0) + count);
  return {
    id: "matrix",
    description: "Confusion matrix, rows true, columns predicted",
    rows: "true",
    columns: "predicted",
    names,
    cells: confusions.map(({ truth, predicted, count }) => ({
      row: truth,
      column: predicted,
      count,
      share: count / totals.get(truth)!,
      title: `true ${names[truth]}, predicted ${names[predicted]}: ${count}`,
      kind: truth === predicted ? "right" : "wrong",
    })),
  };
}

/** The matrix as a drawing; the page's script is told of each cell's row (`data-t`) and column (`data-p`). */
export function matrix({ id, description, cells, names: fullNames, rows, columns }: Matrix): Html {
  const classes = fullNames.length;
  const cell =
    classes <= 8
      ? 52
      : classes <= 16
        ? 38
        : classes <= MOST_COUNTED
          ? 28
          : classes <= MOST_NAMED
            ? 13
            : 900 / classes;
  const named = classes <= MOST_NAMED;
  const size = cell >= 28 ? 12 : 9.5;
  const names = fullNames.map((name) => shorten(name, LONGEST_NAME));
  const room = named ? Math.max(...names.map((name) => name.length)) * size * 0.56 + 10 : 44;
  const side = cell * classes;
  const [left, top] = [room + 20, 8];
  const drawn = cells.toSorted((a, b) => b.count - a.count).slice(0, MOST_CELLS);
  const [width, height] = [left + side + 8, top + side + room + 26];
  const mark = Math.max(cell - 1, 3);
  return html`<svg class="matrix" id="${id}" width="${width.toFixed(0)}" viewBox="0 0 ${width.toFixed(1)} ${height.toFixed(1)}" role="group" aria-label="${description}">
  <rect class="field" x="${left}" y="${top}" width="${side}" height="${side}"/>
  ${named && classes <= MOST_COUNTED ? fullNames.slice(1).map((_, i) => html`<path class="grid" d="M${left + (i + 1) * cell} ${top}v${side}M${left} ${top + (i + 1) * cell}h${side}"/>`) : undefined}
  ${drawn.map(({ row, column, count, share, title, kind }) => {
    const strength = Math.max(0.16, Math.sqrt(share));
    const [x, y] = [left + column * cell, top + row * cell];
    return html`<g class="cell ${kind}" data-t="${row}" data-p="${column}"><title>${title}</title><rect x="${(x + (cell - mark) / 2).toFixed(1)}" y="${(y + (cell - mark) / 2).toFixed(1)}" width="${mark.toFixed(1)}" height="${mark.toFixed(1)}" fill-opacity="${strength.toFixed(2)}"/>${
      cell >= 28
        ? html`<text class="${strength > 0.6 ? "on" : "off"}" x="${(x + cell / 2).toFixed(1)}" y="${(y + cell / 2 + 4.5).toFixed(1)}" text-anchor="middle" font-size="${Math.min(13, (cell - 4) / (0.6 * String(count).length)).toFixed(1)}">${count}</text>`
        : undefined
    }</g>`;
  })}
  ${
    named
      ? names.map((name, c) => {
          const at = (c + 0.5) * cell;
          const [x, y] = [(left + at + size * 0.35).toFixed(1), (top + side + 7).toFixed(1)];
          return html`<text class="label" x="${(left - 7).toFixed(1)}" y="${(top + at + size * 0.35).toFixed(1)}" text-anchor="end" font-size="${size}">${name}</text><text class="label" x="${x}" y="${y}" text-anchor="end" font-size="${size}" transform="rotate(-90 ${x} ${y})">${name}</text>`;
        })
      : undefined
  }
  <text class="axis" x="${(left + side / 2).toFixed(1)}" y="${(height - 5).toFixed(1)}" text-anchor="middle">${columns}</text>
  <text class="axis" x="11" y="${(top + side / 2).toFixed(1)}" text-anchor="middle" transform="rotate(-90 11 ${(top + side / 2).toFixed(1)})">${rows}</text>
</svg>`;
}
