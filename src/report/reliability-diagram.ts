// The reliability diagram: how often what is said with some confidence is right.
import { type Html, html, percent } from "./html.ts";
import type { ConfidenceBin } from "./reliability.ts";

const [WIDTH, HEIGHT] = [480, 300];
const PLOT = { left: 62, right: 22, top: 12, bottom: 42 };

/** What the axes of a diagram are, and what a bar counts. */
export interface ReliabilityWords {
  readonly x: string;
  readonly y: string;
  readonly name: string;
}

const CONFIDENCE: ReliabilityWords = {
  x: "confidence",
  y: "right",
  name: "Reliability diagram: accuracy by confidence",
};

/** Accuracy by confidence: bars on the diagonal are well calibrated; the strip below shows how many samples each has. */
export function reliabilityDiagram(
  bins: readonly ConfidenceBin[],
  words: ReliabilityWords = CONFIDENCE,
): Html {
  const samples = bins.reduce((sum, { count }) => sum + count, 0);
  const strip = 26;
  const [w, h] = [WIDTH - PLOT.left - PLOT.right, HEIGHT - PLOT.top - PLOT.bottom - strip];
  const sx = (share: number): number => PLOT.left + share * w;
  const sy = (share: number): number => PLOT.top + (1 - share) * h;
  const most = Math.max(...bins.map(({ count }) => count), 1);
  const base = HEIGHT - PLOT.bottom;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words.name}">
    ${[0, 0.25, 0.5, 0.75, 1].map((y) => html`<path class="grid" d="M${PLOT.left} ${sy(y)}H${WIDTH - PLOT.right}"/><text class="tick" x="${PLOT.left - 8}" y="${sy(y) + 4}" text-anchor="end">${percent(y, 0)}</text><text class="tick" x="${sx(y)}" y="${base + 17}" text-anchor="middle">${percent(y, 0)}</text>`)}
    ${bins
      .filter(({ count }) => count > 0)
      .map((bin) => {
        const [x, width] = [sx(bin.from) + 1.5, (bin.to - bin.from) * w - 3];
        const tall = (bin.count / most) * (strip - 6);
        return html`<g><title>${`${words.x} ${percent(bin.from, 0)} to ${percent(bin.to, 0)}: ${bin.count} of ${samples} pictures, mean ${words.x} ${percent(bin.confidence)}, ${percent(bin.accuracy)} ${words.y}`}</title><rect class="bar" x="${x.toFixed(1)}" y="${sy(bin.accuracy).toFixed(1)}" width="${width.toFixed(1)}" height="${(bin.accuracy * h).toFixed(1)}"/><path class="expected" d="M${x.toFixed(1)} ${sy(bin.confidence).toFixed(1)}h${width.toFixed(1)}"/><rect class="count" x="${x.toFixed(1)}" y="${(base - tall).toFixed(1)}" width="${width.toFixed(1)}" height="${tall.toFixed(1)}"/></g>`;
      })}
    <path class="mark" d="M${sx(0)} ${sy(0)}L${sx(1)} ${sy(1)}"/>
    <text class="axis" x="${sx(0.5)}" y="${HEIGHT - 6}" text-anchor="middle">${words.x}</text>
    <text class="axis" x="12" y="${sy(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${sy(0.5)})">${words.y}</text>
  </svg>`;
}
