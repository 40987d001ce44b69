// A line chart in SVG that follows the page's colours and shows its values under the pointer.
import { Html, html, percent, plainNumber } from "./html.ts";
import { percentLabel, roundTicks } from "./ticks.ts";

/** One line of a chart; points whose y is not finite are left out. */
export interface ChartSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The lines of one chart, with a title that also names it for screen readers. */
export interface LineChartOptions {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  /** Values are shares of 0 to 1, shown in per cent. */
  readonly percent?: boolean;
  /** A vertical line, such as the best epoch. */
  readonly mark?: { readonly x: number; readonly label: string } | undefined;
}

const [WIDTH, HEIGHT] = [480, 260];
const PLOT = { left: 54, right: 14, top: 14, bottom: 34 };

/** Nothing where no series has a point. Series differ in colour, dash and mark. */
export function lineChart({ title, series, percent: inPercent = false, mark }: LineChartOptions): Html {
  const drawn = series
    .map(({ name, points }) => ({ name, points: points.filter(([, y]) => Number.isFinite(y)) }))
    .filter(({ points }) => points.length > 0);
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return html``;
  const [x0, x1] = extent(all.map(([x]) => x));
  const ticks = roundTicks(...extent(all.map(([, y]) => y)));
  const [y0, y1] = [ticks[0]!, ticks.at(-1)!];
  const sx = (x: number): number =>
    x1 === x0
      ? (PLOT.left + WIDTH - PLOT.right) / 2
      : PLOT.left + ((x - x0) / (x1 - x0)) * (WIDTH - PLOT.left - PLOT.right);
  const sy = (y: number): number =>
    HEIGHT - PLOT.bottom - ((y - y0) / (y1 - y0)) * (HEIGHT - PLOT.top - PLOT.bottom);
  const label = inPercent ? percentLabel(ticks) : plainNumber;
  const marked = all.length / drawn.length <= 40;
  const xs = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b);
  const hover = xs.map((x) => ({
    x: round(sx(x)),
    text: [
      `epoch ${x}`,
      ...drawn.flatMap(({ name, points }) => {
        const point = points.find(([px]) => px === x);
        return point === undefined
          ? []
          : [`${name} ${inPercent ? percent(point[1], 2) : plainNumber(point[1])}`];
      }),
    ],
  }));
  return html`<figure class="chart card">
    <figcaption><h3>${title}</h3><span class="legend">${drawn.map(
      ({ name }, i) =>
        html`<span class="key s${i}"><svg viewBox="0 0 26 10" aria-hidden="true"><path class="line" d="M1 5H25"/>${dot(i, 13, 5)}</svg>${name}</span>`,
    )}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} over the epochs" data-hover="${JSON.stringify(hover)}">
      ${ticks.map((y) => html`<path class="grid" d="M${PLOT.left} ${round(sy(y))}H${WIDTH - PLOT.right}"/><text class="tick" x="${PLOT.left - 8}" y="${round(sy(y) + 4)}" text-anchor="end">${label(y)}</text>`)}
      ${epochTicks(xs).map((x) => html`<text class="tick" x="${round(sx(x))}" y="${HEIGHT - PLOT.bottom + 18}" text-anchor="middle">${x}</text>`)}
      ${mark === undefined || mark.x < x0 || mark.x > x1 ? undefined : html`<path class="mark" d="M${round(sx(mark.x))} ${PLOT.top}V${HEIGHT - PLOT.bottom}"/><text class="tick" x="${round(sx(mark.x))}" y="${PLOT.top - 3}" text-anchor="middle">${mark.label}</text>`}
      ${drawn.map(
        ({ points }, i) =>
          html`<g class="s${i}"><path class="line" d="${new Html(points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${round(sx(x))} ${round(sy(y))}`).join(""))}"/>${
            marked ? points.map(([x, y]) => dot(i, round(sx(x)), round(sy(y)))) : undefined
          }</g>`,
      )}
      <path class="cursor" d="M0 ${PLOT.top}V${HEIGHT - PLOT.bottom}" visibility="hidden"/>
    </svg>
  </figure>`;
}

/** Each series has a mark of its own shape. */
function dot(series: number, x: number, y: number): Html {
  if (series % 3 === 1)
    return html`<path class="dot" d="M${x} ${round(y - 4)}L${round(x + 4)} ${round(y + 3)}H${round(x - 4)}Z"/>`;
  if (series % 3 === 2)
    return html`<rect class="dot" x="${round(x - 3)}" y="${round(y - 3)}" width="6" height="6"/>`;
  return html`<circle class="dot" cx="${x}" cy="${y}" r="3"/>`;
}

function extent(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** At most 8 of the epochs. */
function epochTicks(epochs: readonly number[]): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((n) => epochs.at(-1)! / n <= 8) ?? 1000;
  return epochs.filter((epoch) => epoch % step === 0 || epochs.length === 1);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
