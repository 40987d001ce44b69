// The most frequent confusions by name, as a list beside the matrix.
import { formatCount, formatShare } from "./format.ts";
import { fitText, MUTED_COLOR, text } from "./svg.ts";

/** The share of the samples of class `truth` that were predicted as `predicted`. */
export type Share = (truth: number, predicted: number) => number;

/** How often one class was taken for another; classes by index. */
export interface Confusion {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  readonly share: number;
}

/** Wrong cells of counts `[classes, classes]`, most samples first; of equal counts the larger share, then the lower class. */
export function mostConfused(counts: Float64Array, share: Share, classes: number): Confusion[] {
  const wrong: Confusion[] = [];
  for (let truth = 0; truth < classes; truth++) {
    for (let predicted = 0; predicted < classes; predicted++) {
      const count = counts[truth * classes + predicted]!;
      if (count > 0 && truth !== predicted)
        wrong.push({ truth, predicted, count, share: share(truth, predicted) });
    }
  }
  return wrong.sort((a, b) => b.count - a.count || b.share - a.share || a.truth - b.truth);
}

/** Width of the list in pixels. */
export const LIST_WIDTH = 400;
const ROW = 18;
const SIZE = 11;

/** As many of `confusions` as fit into `height` below (x, top). */
export function drawConfusionList(
  x: number,
  top: number,
  height: number,
  confusions: readonly Confusion[],
  classNames: readonly string[],
): string[] {
  const [counts, shares] = [x + LIST_WIDTH - 64, x + LIST_WIDTH - 12];
  const muted = { size: SIZE, fill: MUTED_COLOR };
  if (confusions.length === 0) return [text(x, top + 10, "Nothing was confused", { size: 13, bold: true })];
  const drawn = [
    text(x, top + 10, "Most frequent confusions", { size: 13, bold: true }),
    text(x, top + 28, "true → predicted", muted),
    text(shares, top + 28, "samples, share of true", { ...muted, anchor: "end" }),
  ];
  const name = (c: number): string => fitText(classNames[c]!, SIZE, 138);
  confusions.slice(0, Math.floor(height / ROW) - 2).forEach(({ truth, predicted, count, share }, i) => {
    const y = top + 30 + (i + 1) * ROW;
    drawn.push(text(x, y, `${name(truth)} → ${name(predicted)}`, { size: SIZE }));
    drawn.push(text(counts, y, formatCount(count), { size: SIZE, anchor: "end" }));
    drawn.push(text(shares, y, formatShare(share), { ...muted, anchor: "end" }));
  });
  return drawn;
}
