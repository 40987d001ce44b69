// The confusion matrix as a picture, from 2 to 1000 and more classes.
import { ClassifierTrainingError, formatShape, type HostTensor } from "../core/index.ts";
import { cssColor, rampColor } from "./colors.ts";
import { drawConfusionList, LIST_WIDTH, mostConfused, type Share } from "./confusion-list.ts";
import { formatCount, formatShare } from "./format.ts";
import { dataUrl } from "./rgb-image.ts";
import { element, fitText, MUTED_COLOR, type Picture, picture, text, textWidth } from "./svg.ts";

/** The matrix to draw; `classNames` are in the order of its rows. */
export interface ConfusionMatrixPictureOptions {
  /** Counts `[C, C]`: rows are true classes, columns predicted ones. */
  readonly counts: HostTensor<"float64">;
  readonly classNames: readonly string[];
  /** Default `Confusion matrix`. */
  readonly title?: string | undefined;
}

/** Everything that is drawn, and where. */
interface Layout {
  readonly classes: number;
  readonly cell: number;
  readonly side: number;
  readonly left: number;
  readonly top: number;
  readonly labelSize: number;
  /** Whether every class is named at the axes; otherwise some are numbered. */
  readonly named: boolean;
}

const PADDING = 20;
const HEADER = 62;
const LARGEST_LABEL = 150;
/** Above this many classes single cells are pixels of an image, and the axes show class numbers. */
const MOST_NAMED = 100;
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
  const layout = layOut(classNames);
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
    ...(layout.named ? drawCells(layout, counts.data, share) : [drawImage(layout, share)]),
    element("rect", { x: left, y: top, width: side, height: side, fill: "none", stroke: "#9aa5b1" }),
    ...drawAxes(layout, classNames),
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

function layOut(classNames: readonly string[]): Layout {
  const classes = classNames.length;
  const named = classes <= MOST_NAMED;
  const cell =
    classes <= 8
      ? 56
      : classes <= 16
        ? 44
        : classes <= 30
          ? 32
          : named
            ? 13
            : Math.max(1, Math.round(900 / classes));
  const labelSize = cell >= 32 ? 12 : 10;
  const labels = named ? longestLabel(classNames, labelSize) : 40;
  return {
    classes,
    cell,
    side: cell * classes,
    left: PADDING + 24 + labels,
    top: HEADER + PADDING,
    labelSize,
    named,
  };
}

function longestLabel(classNames: readonly string[], size: number): number {
  return Math.min(LARGEST_LABEL, Math.max(...classNames.map((name) => textWidth(name, size)))) + 8;
}

/** Whether the class names fit under their columns as they are. */
function namesFit(classNames: readonly string[], { cell, labelSize }: Layout): boolean {
  return classNames.every((name) => textWidth(name, labelSize) <= cell - 4);
}

/** Room below the matrix for the names of the columns and the name of the axis. */
function bottomMargin(classNames: readonly string[], layout: Layout): number {
  if (!layout.named || namesFit(classNames, layout)) return 44;
  return longestLabel(classNames, layout.labelSize) + 30;
}

/** How dark a cell is: by the square root of its share, and never too light to be seen. */
function darkness(share: number): number {
  return share === 0 ? 0 : Math.max(0.12, Math.sqrt(share));
}

function drawCells({ classes, cell, left, top }: Layout, counts: Float64Array, share: Share): string[] {
  const drawn: string[] = [];
  const grid = "#e4e7eb";
  for (let line = 1; line < classes; line++) {
    const at = line * cell;
    const side = classes * cell;
    drawn.push(
      element("path", {
        d: `M${left + at} ${top}v${side}M${left} ${top + at}h${side}`,
        stroke: grid,
        "stroke-width": 0.6,
      }),
    );
  }
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const count = counts[row * classes + column]!;
      if (count === 0) continue;
      const [x, y] = [left + column * cell, top + row * cell];
      const fill = cssColor(rampColor(row === column ? "right" : "wrong", darkness(share(row, column))));
      drawn.push(element("rect", { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, fill }));
      if (cell < 32) continue;
      const label = formatCount(count);
      const size = Math.min(14, (cell - 5) / textWidth(label, 1));
      const color = darkness(share(row, column)) > 0.55 ? "#ffffff" : undefined;
      drawn.push(
        text(x + cell / 2, y + cell / 2 + size * 0.36, label, {
          size,
          anchor: "middle",
          ...(color && { fill: color }),
        }),
      );
    }
  }
  return drawn;
}

/** Pixels across the whole image, at least; two make a CSS pixel. */
const IMAGE_SIDE = 1800;
/** What a cell is drawn with at least, in pixels: a mistake must be seen among a million cells. */
const SMALLEST_MARK = 5;

/** All cells as one image, darker than single cells would be: light cells first, so that dark ones stay on top where marks overlap. */
function drawImage({ classes, side, left, top }: Layout, share: Share): string {
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

function drawAxes(layout: Layout, classNames: readonly string[]): string[] {
  const { classes, cell, side, left, top, labelSize: size, named } = layout;
  const middle = (c: number): number => (c + 0.5) * cell;
  const below = top + side;
  const drawn: string[] = [];
  if (named) {
    const upright = namesFit(classNames, layout);
    classNames.forEach((name, c) => {
      const label = fitText(name, size, LARGEST_LABEL);
      drawn.push(text(left - 6, top + middle(c) + size * 0.36, label, { size, anchor: "end" }));
      drawn.push(
        upright
          ? text(left + middle(c), below + 16, label, { size, anchor: "middle" })
          : text(left + middle(c) + size * 0.36, below + 6, label, { size, anchor: "end", rotate: -90 }),
      );
    });
  } else {
    const step =
      [10, 20, 25, 50, 100, 200, 250, 500, 1000].find((n) => classes / n <= 12) ?? Math.ceil(classes / 10);
    for (let c = 0; c < classes; c += step) {
      const [x, y] = [left + middle(c), top + middle(c)];
      drawn.push(element("path", { d: `M${left} ${y}h-5M${x} ${below}v5`, stroke: MUTED_COLOR }));
      drawn.push(text(left - 8, y + 4, `${c}`, { size: 11, anchor: "end" }));
      drawn.push(text(x, below + 17, `${c}`, { size: 11, anchor: "middle" }));
    }
  }
  const axis = { size: 13, anchor: "middle", fill: MUTED_COLOR } as const;
  const unit = named ? "" : " (class number)";
  drawn.push(text(left + side / 2, below + bottomMargin(classNames, layout) - 8, `predicted${unit}`, axis));
  drawn.push(text(PADDING + 8, top + side / 2, `true${unit}`, { ...axis, rotate: -90 }));
  return drawn;
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
