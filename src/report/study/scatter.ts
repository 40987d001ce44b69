// A chart of trials as dots: the history, one setting against the objective, two objectives against each other.
import { type Html, html } from "../html.ts";
import type { Axis } from "./axis.ts";
import { bestLast, shade } from "./study-data.ts";

/** A trial in a chart. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  /** 0 the worst, 1 the best; undefined: given up. */
  readonly quality: number | undefined;
  readonly isBest: boolean;
  readonly text: string;
}

/** A chart of dots; places count from 0 to 1. */
export interface Scatter {
  readonly title: string;
  readonly xName: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly dots: readonly Dot[];
  /** A line through places, such as the best so far. */
  readonly line?: readonly (readonly [x: number, y: number])[];
  /** Fills the page's width. */
  readonly wide?: boolean;
}

const [NARROW, WIDE, HEIGHT] = [480, 980, 260];
const PLOT = { left: 58, right: 16, top: 14, bottom: 48 };

/** Better trials are darker and drawn above; the best has a ring, those given up are crosses. */
export function scatter({ title, xName, x, y, dots, line, wide = false }: Scatter): Html {
  const width = wide ? WIDE : NARROW;
  const sx = (at: number): number => round(PLOT.left + at * (width - PLOT.left - PLOT.right));
  const sy = (at: number): number => round(HEIGHT - PLOT.bottom - at * (HEIGHT - PLOT.top - PLOT.bottom));
  const bottom = HEIGHT - PLOT.bottom;
  const crowded = x.ticks.reduce((sum, { text }) => sum + text.length + 2, 0) > 62;
  const sorted = bestLast(
    dots,
    (dot) => dot.quality ?? -1,
    (dot) => dot.isBest,
  );
  return html`<figure class="chart card"><figcaption><h3>${title}</h3></figcaption>
    <div class="scroll" tabindex="0"><svg viewBox="0 0 ${width} ${HEIGHT}"${wide ? html` style="min-width:760px"` : undefined} role="img" aria-label="${title}">
      ${y.ticks.map(({ at, text }) => html`<path class="grid" d="M${PLOT.left} ${sy(at)}H${width - PLOT.right}"/><text class="tick" x="${PLOT.left - 8}" y="${sy(at) + 4}" text-anchor="end">${text}</text>`)}
      ${x.ticks.map(({ at, text }, i) => html`<text class="tick" x="${sx(at)}" y="${bottom + (crowded && i % 2 === 1 ? 29 : 17)}" text-anchor="${at > 0.97 ? "end" : "middle"}">${text}</text>`)}
      <text class="axis" x="${sx(0.5)}" y="${HEIGHT - 5}" text-anchor="middle">${xName}</text>
      ${line === undefined || line.length === 0 ? undefined : html`<path class="front" d="${line.map(([px, py], i) => `${i === 0 ? "M" : "L"}${sx(px)} ${sy(py)}`).join("")}"/>`}
      ${sorted.map((dot) => mark(dot, sx(dot.x), sy(dot.y)))}
    </svg></div></figure>`;
}

function mark({ quality, isBest, text }: Dot, x: number, y: number): Html {
  if (quality === undefined)
    return html`<path class="given-up" d="M${x - 3} ${y - 3}l6 6m0 -6l-6 6"><title>${text}</title></path>`;
  return html`<circle class="${isBest ? "trial best" : "trial"}" style="--q:${shade(quality)}%" cx="${x}" cy="${y}" r="${isBest ? 6 : 4.5}"><title>${text}</title></circle>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
