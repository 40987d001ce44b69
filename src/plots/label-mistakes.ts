// What goes wrong with each of several labels, and beside which other labels it does: bars, and two matrices.
import { CATEGORICAL, RIGHT_COLOR, WRONG_COLOR } from "./colors.ts";
import { formatCount, formatShare } from "./format.ts";
import { bottomMargin, drawAxes, drawCells, layOut, PADDING } from "./matrix-grid.ts";
import { element, fitText, MUTED_COLOR, type Picture, picture, text, textWidth } from "./svg.ts";

/** A label with how its predictions went. */
export interface LabelCounts {
  readonly name: string;
  /** Present and predicted, absent and predicted, present and not predicted. */
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
}

/** Row-major [L, L]: of `of` pictures with the label of the row, `counts` have the mistake about that of the column. */
export interface MistakesBeside {
  readonly counts: ArrayLike<number>;
  readonly of: ArrayLike<number>;
}

/** All labels, and their mistakes beside each other. */
export interface LabelMistakesOptions {
  readonly labels: readonly LabelCounts[];
  readonly missed: MistakesBeside;
  readonly extra: MistakesBeside;
  readonly title: string;
}

/** Labels with a row of their own, and in the matrices: those with the most mistakes. */
const [MOST_ROWS, MOST_CELLS] = [60, 30];
const [ROW, NAME, BAR] = [20, 160, 200];
const COLUMNS = ["pictures", "right", "missed", "extra", "precision", "recall", "F1"] as const;
const COLUMN = 72;
const TABLE_WIDTH = NAME + BAR + COLUMNS.length * COLUMN + 10;
const MISSED_COLOR = WRONG_COLOR;
const EXTRA_COLOR = CATEGORICAL[3]!;

/**
 * A row for each label, most mistakes first: of the pictures that have it or were said to, the share that is right (filled
 * blue), missed (orange outline) and extra (filled pink). Below, two matrices: what is missed, and what is predicted although it is
 * absent, in pictures that show the label of the row; the darker, the larger the share.
 */
export function labelMistakesPicture({ labels, missed, extra, title }: LabelMistakesOptions): Picture {
  const order = Array.from(labels.keys()).sort(
    (a, b) => mistakes(labels[b]!) - mistakes(labels[a]!) || a - b,
  );
  const rows = order.slice(0, MOST_ROWS);
  const counted = rows.length < labels.length ? `, the ${rows.length} with the most mistakes` : "";
  const content = [
    text(PADDING, PADDING + 16, title, { size: 17, bold: true }),
    text(PADDING, PADDING + 36, `${labels.length} labels${counted}`, { fill: MUTED_COLOR }),
    ...drawLegend(PADDING + NAME, PADDING + 58),
    ...drawTable(
      PADDING + 72,
      rows.map((label) => labels[label]!),
    ),
  ];
  const top = PADDING + 72 + (rows.length + 1) * ROW + 34;
  const shown = order.slice(0, MOST_CELLS);
  const names = shown.map((label) => labels[label]!.name);
  if (names.length === 0) return picture(TABLE_WIDTH + 2 * PADDING, top, content);
  const about = shown.length < labels.length ? `, ${shown.length} labels with the most mistakes` : "";
  const first = layOut(names, PADDING, top + 40);
  const second = layOut(names, first.left + first.side + 40, top + 40);
  const panels = [
    { layout: first, beside: missed, heading: `Missed beside another label${about}`, columns: "missed" },
    {
      layout: second,
      beside: extra,
      heading: `Predicted although absent, beside another label${about}`,
      columns: "predicted although absent",
    },
  ];
  // Side by side where that is not much wider than the table, else one below the other.
  const stacked = second.left + second.side > 1800;
  let bottom = top;
  for (const [i, panel] of panels.entries()) {
    const layout = stacked && i === 1 ? layOut(names, PADDING, bottom + 60) : panel.layout;
    content.push(...drawPanel(layout, panel, shown, labels.length, names));
    bottom = layout.top + layout.side + bottomMargin(names, layout);
  }
  const right = stacked ? first.left + first.side : second.left + second.side;
  const headings = panels.map(
    ({ layout, heading }, i) => (stacked ? PADDING : i === 0 ? 0 : layout.edge) + textWidth(heading, 13),
  );
  const width = Math.max(TABLE_WIDTH + PADDING, right, ...headings) + PADDING;
  return picture(Math.ceil(width), Math.ceil(bottom + PADDING), content);
}

function mistakes({ fp, fn }: LabelCounts): number {
  return fp + fn;
}

function drawLegend(left: number, y: number): string[] {
  const entries = [
    ["right", "right"],
    ["missed", "missed: present, not predicted"],
    ["extra", "extra: predicted although absent"],
  ] as const;
  let x = left;
  return entries.flatMap(([kind, meaning]) => {
    const drawn = [drawPart(kind, x, y - 10, 14), text(x + 20, y, meaning, { size: 11, fill: MUTED_COLOR })];
    x += 36 + textWidth(meaning, 11);
    return drawn;
  });
}

const PARTS = {
  right: { fill: RIGHT_COLOR, stroke: RIGHT_COLOR },
  missed: { fill: "#ffffff", stroke: MISSED_COLOR },
  extra: { fill: EXTRA_COLOR, stroke: EXTRA_COLOR },
} as const;

function drawPart(kind: keyof typeof PARTS, x: number, y: number, width: number): string {
  const inside = { x: x + 0.75, y: y + 0.75, width: Math.max(0.5, width - 1.5), height: 10.5 };
  return element("rect", { ...inside, ...PARTS[kind], "stroke-width": 1.5 });
}

function drawTable(top: number, labels: readonly LabelCounts[]): string[] {
  const [bar, numbers] = [PADDING + NAME, PADDING + NAME + BAR + 10];
  const end = (column: number): number => numbers + (column + 1) * COLUMN;
  const drawn = COLUMNS.map((title, column) =>
    text(end(column), top + 12, title, { size: 11, anchor: "end", fill: MUTED_COLOR }),
  );
  for (const [i, { name, tp, fp, fn }] of labels.entries()) {
    const y = top + (i + 1) * ROW;
    drawn.push(element("path", { d: `M${PADDING} ${y}H${end(COLUMNS.length - 1)}`, stroke: "#e4e7eb" }));
    drawn.push(text(bar - 10, y + 14, fitText(name, 12, NAME - 14), { anchor: "end" }));
    const all = tp + fp + fn;
    let x = bar;
    for (const [kind, count] of Object.entries({ right: tp, missed: fn, extra: fp })) {
      if (count === 0) continue;
      const width = (count / all) * BAR;
      drawn.push(drawPart(kind as keyof typeof PARTS, x, y + 4, width));
      x += width;
    }
    const cells = [
      ...[tp + fn, tp, fn, fp].map(formatCount),
      ...[tp / (tp + fp), tp / (tp + fn), (2 * tp) / (2 * tp + fp + fn)].map(formatShare),
    ];
    for (const [column, cell] of cells.entries())
      drawn.push(text(end(column), y + 14, cell, { size: 11.5, anchor: "end" }));
  }
  return drawn;
}

/** One matrix of the labels `shown`, of `all`. */
function drawPanel(
  layout: ReturnType<typeof layOut>,
  { beside, heading, columns }: { beside: MistakesBeside; heading: string; columns: string },
  shown: readonly number[],
  all: number,
  names: readonly string[],
): string[] {
  const { left, top, side } = layout;
  const cells = shown.flatMap((row) => shown.map((column) => row * all + column));
  const counts = cells.map((cell) => beside.counts[cell]!);
  const share = (row: number, column: number): number => {
    const cell = cells[row * shown.length + column]!;
    return beside.of[cell] === 0 ? 0 : beside.counts[cell]! / beside.of[cell]!;
  };
  return [
    text(layout.edge, top - 14, heading, { size: 13, bold: true }),
    ...drawCells(layout, counts, share, () => "wrong"),
    element("rect", { x: left, y: top, width: side, height: side, fill: "none", stroke: "#9aa5b1" }),
    ...drawAxes(layout, names, { rows: "shown", columns }),
  ];
}
