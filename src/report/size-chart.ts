// A scatter plot of widths and heights: one dot a size, its area the number of pictures.
import { type Html, html, wholeNumber } from "./html.ts";

interface Size {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

const WIDTH = 520;
const HEIGHT = 360;
const MARGIN = { left: 52, right: 16, top: 12, bottom: 44 };
const TICKS = 5;
/** Radius of the most frequent size, in pixels. */
const LARGEST_DOT = 16;
const SMALLEST_DOT = 2.5;

/** A round number at or above the value: 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}

/** Both axes begin at 0 and end at a round number; the dashed line is where width and height are equal. */
export function sizeChart(sizes: readonly Size[]): Html {
  const step = roundUp(Math.max(...sizes.flatMap(({ width, height }) => [width, height])) / TICKS);
  const limit = (values: readonly number[]): number =>
    Math.max(1, Math.ceil(Math.max(...values) / step)) * step;
  const across = limit(sizes.map(({ width }) => width));
  const up = limit(sizes.map(({ height }) => height));
  const x = (value: number): number => MARGIN.left + (value / across) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - (value / up) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const most = Math.max(...sizes.map(({ count }) => count));
  const radius = (count: number): string =>
    Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(count / most)).toFixed(1);
  const ticks = (end: number): number[] =>
    Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step);
  const square = Math.min(across, up);
  return html`<figure class="card chart s0"><figcaption><h3>Width and height, in pixels</h3></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Sizes of the pictures">
${ticks(across).map((value) => html`<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${y(0)}" y2="${y(up)}"/><text class="tick" x="${x(value)}" y="${y(0) + 18}" text-anchor="middle">${value}</text>`)}
${ticks(up).map((value) => html`<line class="grid" x1="${x(0)}" x2="${x(across)}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${MARGIN.left - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`)}
<line class="mark" x1="${x(0)}" y1="${y(0)}" x2="${x(square)}" y2="${y(square)}"/>
${sizes.map(({ width, height, count }) => html`<circle class="size" cx="${x(width).toFixed(1)}" cy="${y(height).toFixed(1)}" r="${radius(count)}"><title>${width} × ${height}: ${wholeNumber(count)}</title></circle>`)}
<text class="axis" x="${(x(0) + x(across)) / 2}" y="${HEIGHT - 6}" text-anchor="middle">width (dashed: square)</text>
</svg></figure>`;
}
