// The confusion matrix as a picture, from 2 to 1000 and more classes.
import { ClassifierTrainingError, formatShape, type HostTensor } from "../core/index.ts";
import { cssColor, rampColor } from "./colors.ts";
import { drawConfusionList, LIST_WIDTH, mostConfused, type Share } from "./confusion-list.ts";
import { formatCount, formatShare } from "./format.ts";
import {
  bottomMargin,
  darkness,
  drawAxes,
  drawCells,
  layOut,
  type MatrixLayout,
  PADDING,
} from "./matrix-grid.ts";
import { dataUrl } from "./rgb-image.ts";
import { element, MUTED_COLOR, type Picture, picture, text, textWidth } from "./svg.ts";

/** The matrix to draw; `classNames` are in the order of its rows. */
export interface ConfusionMatrixPictureOptions {
  /** Counts `[C, C]`: rows are true classes, columns predicted ones. */
  readonly counts: HostTensor<"float64">;
  readonly classNames: readonly string[];
  /** Default `Confusion matrix`. */
  readonly title?: string | undefined;
}

const HEADER = 62;
/** From this many classes on, the most frequent confusions are listed beside the matrix. */
const LIST_FROM = 12;

/**
 * Rows are true classes, columns predicted ones. Blue cells (the diagonal) are right, orange ones wrong; the darker,
 * the larger the share of its true class (by square root, so that single mistakes show). Up to 30 classes cells carry
 * their counts, up to 100 all classes are named; from 12 on the most frequent confusions are listed by name.
 * @throws ClassifierTrainingError `PLOT_INPUT` when names and counts do not fit.
 */
export function confusionMatrixPicture(options: ConfusionMatrixPictureOptions): Picture {
  const { counts, classNames, title = "Confusion matrix" } = options;
  const classes = classNames.length;
  if (counts.shape.length !== 2 || counts.shape.some((dim) => dim !== classes)) {
    throw new ClassifierTrainingError(
      "failure",
      "PLOT_INPUT",
      `counts of shape ${formatShape(counts.shape)} do not fit ${classes} class names`,
    );
  }
  const layout = layOut(classNames, PADDING, HEADER + PADDING);
  const { left, top, side } = layout;
  const rowSums = Array.from({ length: classes }, (_, row) =>
    sum(counts.data.subarray(row * classes, (row + 1) * classes)),
  );
  const share = (row: number, column: number): number =>
    rowSums[row] === 0 ? 0 : counts.data[row * classes + column]! / rowSums[row]!;

  const samples = sum(rowSums);
  const correct = sum(classNames.map((_, c) => counts.data[c * (classes + 1)]!));
  const subtitle = `${formatCount(samples)} samples, ${samples === 0 ? "none" : formatShare(correct / samples)} right`;
  const content = [
    text(PADDING, PADDING + 16, title, { size: 17, bold: true }),
    text(PADDING, PADDING + 36, subtitle, { size: 12, fill: MUTED_COLOR }),
    ...(layout.named
      ? drawCells(layout, counts.data, share, (row, column) => (row === column ? "right" : "wrong"))
      : [drawImage(layout, share)]),
    element("rect", { x: left, y: top, width: side, height: side, fill: "none", stroke: "#9aa5b1" }),
    ...drawAxes(layout, classNames, { rows: "true", columns: "predicted" }),
    ...drawScale(left, top + side + bottomMargin(classNames, layout) + 8),
  ];
  let width = left + side + PADDING;
  const height = top + side + bottomMargin(classNames, layout) + 64;
  if (classes >= LIST_FROM) {
    const names = layout.named ? classNames : classNames.map((name, c) => `${c} ${name}`);
    const confusions = mostConfused(counts.data, share, classes);
    content.push(...drawConfusionList(left + side + 36, top, height - top, confusions, names));
    width += LIST_WIDTH + 36;
  }
  width = Math.max(width, PADDING * 2 + textWidth(title, 19), left + SCALE_WIDTH + PADDING);
  return picture(Math.ceil(width), Math.ceil(height), content);
}

/** Pixels across the whole image, at least; two make a CSS pixel. */
const IMAGE_SIDE = 1800;
/** What a cell is drawn with at least, in pixels: a mistake must be seen among a million cells. */
const SMALLEST_MARK = 5;

/** All cells as one image, darker than single cells would be: light cells first, so that dark ones stay on top where marks overlap. */
function drawImage({ classes, side, left, top }: MatrixLayout, share: Share): string {
  const scale = Math.ceil(IMAGE_SIDE / classes);
  const width = classes * scale;
  const data = new Uint8Array(width * width * 3).fill(255);
  const cells: { row: number; column: number; dark: number }[] = [];
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const dark = darkness(share(row, column));
      if (dark > 0) cells.push({ row, column, dark });
    }
  }
  cells.sort((a, b) => a.dark - b.dark);
  const mark = Math.max(scale, SMALLEST_MARK);
  const overhang = Math.floor((mark - scale) / 2);
  for (const { row, column, dark } of cells) {
    const ramp = row === column ? "right" : "wrong";
    const color = rampColor(ramp, 0.25 + 0.75 * dark);
    const [x, y] = [column * scale - overhang, row * scale - overhang];
    for (let v = Math.max(0, y); v < Math.min(width, y + mark); v++) {
      for (let u = Math.max(0, x); u < Math.min(width, x + mark); u++) data.set(color, (v * width + u) * 3);
    }
  }
  const href = dataUrl({ width, height: width, data });
  return element("image", { x: left, y: top, width: side, height: side, href });
}

const SCALE_WIDTH = 330;

/** What the colours mean: two bars from 0 to 100 % of a true class. */
function drawScale(left: number, top: number): string[] {
  const drawn = [text(left, top + 10, "share of the true class", { size: 11, fill: MUTED_COLOR })];
  (["right", "wrong"] as const).forEach((ramp, i) => {
    const x = left + i * 170;
    for (let step = 0; step < 30; step++) {
      const fill = cssColor(rampColor(ramp, step / 29));
      drawn.push(element("rect", { x: x + step * 4, y: top + 16, width: 4.2, height: 9, fill }));
    }
    drawn.push(text(x + 126, top + 25, ramp, { size: 11 }));
    for (const percent of [0, 10, 50, 100]) {
      const at = x + Math.sqrt(percent / 100) * 120;
      drawn.push(
        text(at, top + 37, `${percent}${percent === 100 ? "%" : ""}`, {
          size: 9,
          anchor: "middle",
          fill: MUTED_COLOR,
        }),
      );
    }
  });
  return drawn;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
