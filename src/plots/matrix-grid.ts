// The cells and the named axes of a square matrix of classes or labels.
import { cssColor, rampColor } from "./colors.ts";
import type { Share } from "./confusion-list.ts";
import { formatCount } from "./format.ts";
import { element, fitText, MUTED_COLOR, text, textWidth } from "./svg.ts";

/** Everything that is drawn, and where. */
export interface MatrixLayout {
  readonly classes: number;
  readonly cell: number;
  readonly side: number;
  /** Where everything that belongs to the matrix begins, and where its cells do. */
  readonly edge: number;
  readonly left: number;
  readonly top: number;
  readonly labelSize: number;
  /** Whether every class is named at the axes; otherwise some are numbered. */
  readonly named: boolean;
}

/** Room around a drawing. */
export const PADDING = 20;
const LARGEST_LABEL = 150;
/** Above this many classes single cells are pixels of an image, and the axes show class numbers. */
const MOST_NAMED = 100;

/** @param edge left and @param top upper end of the whole */
export function layOut(classNames: readonly string[], edge: number, top: number): MatrixLayout {
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
    edge,
    left: edge + 24 + labels,
    top,
    labelSize,
    named,
  };
}

function longestLabel(classNames: readonly string[], size: number): number {
  return Math.min(LARGEST_LABEL, Math.max(...classNames.map((name) => textWidth(name, size)))) + 8;
}

/** Whether the class names fit under their columns as they are. */
function namesFit(classNames: readonly string[], { cell, labelSize }: MatrixLayout): boolean {
  return classNames.every((name) => textWidth(name, labelSize) <= cell - 4);
}

/** Room below the matrix for the names of the columns and the name of the axis. */
export function bottomMargin(classNames: readonly string[], layout: MatrixLayout): number {
  if (!layout.named || namesFit(classNames, layout)) return 44;
  return longestLabel(classNames, layout.labelSize) + 30;
}

/** How dark a cell is: by the square root of its share, and never too light to be seen. */
export function darkness(share: number): number {
  return share === 0 ? 0 : Math.max(0.12, Math.sqrt(share));
}

/**
 * The cells that are not empty, with their counts where there is room.
 * @param share what a cell's darkness stands for, and @param ramp its colour
 */
export function drawCells(
  { classes, cell, left, top }: MatrixLayout,
  counts: ArrayLike<number>,
  share: Share,
  ramp: (row: number, column: number) => "right" | "wrong",
): string[] {
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
      const fill = cssColor(rampColor(ramp(row, column), darkness(share(row, column))));
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

/** The names (numbers, of too many) along both axes, and what the axes are. */
export function drawAxes(
  layout: MatrixLayout,
  classNames: readonly string[],
  titles: { readonly rows: string; readonly columns: string },
): string[] {
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
  drawn.push(
    text(left + side / 2, below + bottomMargin(classNames, layout) - 8, `${titles.columns}${unit}`, axis),
  );
  drawn.push(text(layout.edge + 8, top + side / 2, `${titles.rows}${unit}`, { ...axis, rotate: -90 }));
  return drawn;
}
