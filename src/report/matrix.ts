// The confusion matrix as SVG whose cells can be chosen.
import { shorten } from "../core/index.ts";
import type { Confusion } from "./evaluation.ts";
import { type Html, html } from "./html.ts";

/** Above this many classes cells carry no counts, above the next one axes carry no names. */
const MOST_COUNTED = 30;
const MOST_NAMED = 100;
const LONGEST_NAME = 18;
/** More cells than this are left to the pictures of the run: the page would be slow. */
const MOST_CELLS = 20_000;

/**
 * Rows are true classes, columns predicted ones. Blue is right, orange wrong; the stronger, the larger the share of
 * the true class (by square root).
 */
export function matrix(cells: readonly Confusion[], classNames: readonly string[]): Html {
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
  const totals = new Map<number, number>();
  for (const { truth, count } of cells) totals.set(truth, (totals.get(truth) ?? 0) + count);
  const drawn = cells.toSorted((a, b) => b.count - a.count).slice(0, MOST_CELLS);
  const [width, height] = [left + side + 8, top + side + room + 26];
  const mark = Math.max(cell - 1, 3);
  return html`<svg class="matrix" id="matrix" width="${width.toFixed(0)}" viewBox="0 0 ${width.toFixed(1)} ${height.toFixed(1)}" role="group" aria-label="Confusion matrix, rows true, columns predicted">
  <rect class="field" x="${left}" y="${top}" width="${side}" height="${side}"/>
  ${named && classes <= MOST_COUNTED ? classNames.slice(1).map((_, i) => html`<path class="grid" d="M${left + (i + 1) * cell} ${top}v${side}M${left} ${top + (i + 1) * cell}h${side}"/>`) : undefined}
  ${drawn.map(({ truth, predicted, count }) => {
    const strength = Math.max(0.16, Math.sqrt(count / totals.get(truth)!));
    const [x, y] = [left + predicted * cell, top + truth * cell];
    const label = `true ${classNames[truth]}, predicted ${classNames[predicted]}: ${count}`;
    return html`<g class="cell ${truth === predicted ? "right" : "wrong"}" data-t="${truth}" data-p="${predicted}"><title>${label}</title><rect x="${(x + (cell - mark) / 2).toFixed(1)}" y="${(y + (cell - mark) / 2).toFixed(1)}" width="${mark.toFixed(1)}" height="${mark.toFixed(1)}" fill-opacity="${strength.toFixed(2)}"/>${
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
  <text class="axis" x="${(left + side / 2).toFixed(1)}" y="${(height - 5).toFixed(1)}" text-anchor="middle">predicted</text>
  <text class="axis" x="11" y="${(top + side / 2).toFixed(1)}" text-anchor="middle" transform="rotate(-90 11 ${(top + side / 2).toFixed(1)})">true</text>
</svg>`;
}
