// Counts by two classes as SVG: the confusion matrix, whose cells can be chosen, and others that look like it.
import { shorten } from "../core/index.ts";
import type { Confusion } from "./evaluation.ts";
import { type Html, html } from "./html.ts";

/** Above this many classes cells carry no counts, above the next one axes carry no names. */
const MOST_COUNTED = 30;
const MOST_NAMED = 100;
const LONGEST_NAME = 18;
/** More cells than this are left to the pictures of the run: the page would be slow. */
const MOST_CELLS = 20_000;

/** What a matrix is of. */
export interface MatrixLook {
  readonly id: string;
  /** For those who hear the page. */
  readonly description: string;
  /** What stands beside the axes. */
  readonly rows: string;
  readonly columns: string;
  /** What counts of a row are shares of. */
  total(row: number): number;
  titleOf(cell: Confusion): string;
  /** Blue is `right`, orange `wrong`. */
  colourOf(cell: Confusion): "right" | "wrong";
}

function confusionLook(cells: readonly Confusion[], classNames: readonly string[]): MatrixLook {
  const totals = new Map<number, number>();
  for (const { truth, count } of cells) totals.set(truth, (totals.get(truth) ?? 0) + count);
  return {
    id: "matrix",
    description: "Confusion matrix, rows true, columns predicted",
    rows: "true",
    columns: "predicted",
    total: (row) => totals.get(row)!,
    titleOf: ({ truth, predicted, count }) =>
      `true ${classNames[truth]}, predicted ${classNames[predicted]}: ${count}`,
    colourOf: ({ truth, predicted }) => (truth === predicted ? "right" : "wrong"),
  };
}

/**
 * Rows are true classes, columns predicted ones, unless it is of something else. Blue is right, orange wrong; the stronger, the
 * larger the share of the row's class (by square root).
 */
export function matrix(
  cells: readonly Confusion[],
  classNames: readonly string[],
  look: MatrixLook = confusionLook(cells, classNames),
): Html {
  const classes = classNames.length;
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
  const names = classNames.map((name) => shorten(name, LONGEST_NAME));
  const room = named ? Math.max(...names.map((name) => name.length)) * size * 0.56 + 10 : 44;
  const side = cell * classes;
  const [left, top] = [room + 20, 8];
  const drawn = cells.toSorted((a, b) => b.count - a.count).slice(0, MOST_CELLS);
  const [width, height] = [left + side + 8, top + side + room + 26];
  const mark = Math.max(cell - 1, 3);
  return html`<svg class="matrix" id="${look.id}" width="${width.toFixed(0)}" viewBox="0 0 ${width.toFixed(1)} ${height.toFixed(1)}" role="group" aria-label="${look.description}">
  <rect class="field" x="${left}" y="${top}" width="${side}" height="${side}"/>
  ${named && classes <= MOST_COUNTED ? classNames.slice(1).map((_, i) => html`<path class="grid" d="M${left + (i + 1) * cell} ${top}v${side}M${left} ${top + (i + 1) * cell}h${side}"/>`) : undefined}
  ${drawn.map((drawnCell) => {
    const { truth, predicted, count } = drawnCell;
    const strength = Math.max(0.16, Math.sqrt(count / look.total(truth)));
    const [x, y] = [left + predicted * cell, top + truth * cell];
    return html`<g class="cell ${look.colourOf(drawnCell)}" data-t="${truth}" data-p="${predicted}"><title>${look.titleOf(drawnCell)}</title><rect x="${(x + (cell - mark) / 2).toFixed(1)}" y="${(y + (cell - mark) / 2).toFixed(1)}" width="${mark.toFixed(1)}" height="${mark.toFixed(1)}" fill-opacity="${strength.toFixed(2)}"/>${
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
  <text class="axis" x="${(left + side / 2).toFixed(1)}" y="${(height - 5).toFixed(1)}" text-anchor="middle">${look.columns}</text>
  <text class="axis" x="11" y="${(top + side / 2).toFixed(1)}" text-anchor="middle" transform="rotate(-90 11 ${(top + side / 2).toFixed(1)})">${look.rows}</text>
</svg>`;
}
