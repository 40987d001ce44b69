// The table of per-class scores with their intervals, and the reliability diagram.
import type { Interval } from "../metrics/index.ts";
import type { ClassScores, Evaluation } from "./evaluation.ts";
import { type Html, html, percent, wholeNumber } from "./html.ts";

const COLUMNS = ["precision", "recall", "f1"] as const;
const TITLES = { precision: "Precision", recall: "Recall", f1: "F1" } as const;

/**
 * A row for each class, in the order given, with three scores and their 95 % intervals; the page's script sorts
 * it.
 */
export function classTable(classes: readonly ClassScores[]): Html {
  return html`<div class="scroll"><table class="sortable classes">
    <thead><tr><th><button>Class</button></th><th class="num"><button>Pictures</button></th>${COLUMNS.map(
      (column) => html`<th class="num"><button>${TITLES[column]}</button></th>`,
    )}</tr></thead>
    <tbody>${classes.map(
      (scores, c) =>
        html`<tr data-class="${c}"><th scope="row"><button class="link" data-show="${c}">${scores.name}</button></th><td class="num" data-v="${scores.support}">${wholeNumber(scores.support)}</td>${COLUMNS.map((column) => intervalCell(scores[column]))}</tr>`,
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
  return html`<td class="num" data-v="${value}" title="${text}"><span class="score">${percent(value)}</span><span class="interval" aria-hidden="true">${
    known ? html`<i style="left:${at(low)}%;width:${at(Math.max(0, high - low))}%"></i>` : undefined
  }<b style="left:${at(value)}%"></b></span><small>${known ? `${at(low)}–${at(high)}` : ""}</small></td>`;
}

const [WIDTH, HEIGHT] = [480, 300];
const PLOT = { left: 62, right: 22, top: 12, bottom: 42 };

/** Accuracy by confidence: bars on the diagonal are well calibrated; the strip below shows how many samples each has. */
export function reliabilityDiagram({ bins, samples }: Evaluation): Html {
  const strip = 26;
  const [w, h] = [WIDTH - PLOT.left - PLOT.right, HEIGHT - PLOT.top - PLOT.bottom - strip];
  const sx = (share: number): number => PLOT.left + share * w;
  const sy = (share: number): number => PLOT.top + (1 - share) * h;
  const most = Math.max(...bins.map(({ count }) => count), 1);
  const base = HEIGHT - PLOT.bottom;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Reliability diagram: accuracy by confidence">
    ${[0, 0.25, 0.5, 0.75, 1].map((y) => html`<path class="grid" d="M${PLOT.left} ${sy(y)}H${WIDTH - PLOT.right}"/><text class="tick" x="${PLOT.left - 8}" y="${sy(y) + 4}" text-anchor="end">${percent(y, 0)}</text><text class="tick" x="${sx(y)}" y="${base + 17}" text-anchor="middle">${percent(y, 0)}</text>`)}
    ${bins
      .filter(({ count }) => count > 0)
      .map((bin) => {
        const [x, width] = [sx(bin.from) + 1.5, (bin.to - bin.from) * w - 3];
        const tall = (bin.count / most) * (strip - 6);
        return html`<g><title>${`confidence ${percent(bin.from, 0)} to ${percent(bin.to, 0)}: ${bin.count} of ${samples} pictures, mean confidence ${percent(bin.confidence)}, ${percent(bin.accuracy)} right`}</title><rect class="bar" x="${x.toFixed(1)}" y="${sy(bin.accuracy).toFixed(1)}" width="${width.toFixed(1)}" height="${(bin.accuracy * h).toFixed(1)}"/><path class="expected" d="M${x.toFixed(1)} ${sy(bin.confidence).toFixed(1)}h${width.toFixed(1)}"/><rect class="count" x="${x.toFixed(1)}" y="${(base - tall).toFixed(1)}" width="${width.toFixed(1)}" height="${tall.toFixed(1)}"/></g>`;
      })}
    <path class="mark" d="M${sx(0)} ${sy(0)}L${sx(1)} ${sy(1)}"/>
    <text class="axis" x="${sx(0.5)}" y="${HEIGHT - 6}" text-anchor="middle">confidence</text>
    <text class="axis" x="12" y="${sy(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${sy(0.5)})">right</text>
  </svg>`;
}
