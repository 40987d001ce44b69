// What is said below a picture with several labels: which are right, missed and extra, by sign and colour.
import { RIGHT_COLOR, WRONG_COLOR } from "./colors.ts";
import { formatShare } from "./format.ts";
import { fitText, MUTED_COLOR, TEXT_COLOR, textWidth } from "./svg.ts";

/** A label with its probability. */
export interface LikelyLabel {
  readonly name: string;
  readonly probability: number;
}

/** Labels of one picture by what became of them. */
export interface LabelSample {
  /** Present and predicted. */
  readonly right: readonly LikelyLabel[];
  /** Present, but not predicted. */
  readonly missed: readonly LikelyLabel[];
  /** Predicted, but absent. */
  readonly extra: readonly LikelyLabel[];
  /** Predicted, and nothing is known of them. */
  readonly unknown: readonly LikelyLabel[];
  /** Mean binary cross-entropy; not shown where it is no number. */
  readonly loss?: number | undefined;
}

/** A line of a caption. */
export interface CaptionLine {
  readonly text: string;
  readonly color: string;
  readonly bold: boolean;
}

/** Mistakes with a line of their own, and lines for what is right. */
const [MOST_MISTAKES, MOST_RIGHT] = [4, 2];
const SIZE = 12;
/** Darker than the pink of charts: it is text on white. */
const EXTRA_TEXT = "#a0417c";

/** Signs and colours, as a line above all captions explains them. */
export const LABEL_LEGEND: readonly CaptionLine[] = [
  { text: "✓ right", color: RIGHT_COLOR, bold: true },
  { text: "− missed", color: WRONG_COLOR, bold: true },
  { text: "+ extra", color: EXTRA_TEXT, bold: true },
  { text: "? not known", color: MUTED_COLOR, bold: true },
];

/** The lines below a picture `width` pixels wide; the surest mistakes first. */
export function labelCaption(
  { right, missed, extra, unknown, loss }: LabelSample,
  width: number,
): CaptionLine[] {
  const wrong = [
    ...missed.map((label) => ({ sign: "−", label, color: WRONG_COLOR, by: 1 - label.probability })),
    ...extra.map((label) => ({ sign: "+", label, color: EXTRA_TEXT, by: label.probability })),
  ].sort((a, b) => b.by - a.by);
  const mistakes = [
    ...wrong.map(({ sign, label, color }) => lineOf(sign, label, color, width)),
    ...unknown.map((label) => lineOf("?", label, MUTED_COLOR, width)),
  ];
  const more = mistakes.length - MOST_MISTAKES;
  const nothing = right.length + mistakes.length === 0;
  return [
    ...(nothing ? [{ text: "✓ no label", color: RIGHT_COLOR, bold: true }] : []),
    ...wrapNames(
      right.map(({ name }) => name),
      width,
    ),
    ...(more > 0 ? mistakes.slice(0, MOST_MISTAKES - 1) : mistakes),
    ...(more > 0 ? [{ text: `and ${more + 1} more`, color: TEXT_COLOR, bold: false }] : []),
    ...(loss === undefined || Number.isNaN(loss)
      ? []
      : [{ text: `loss ${Number(loss.toPrecision(3))}`, color: MUTED_COLOR, bold: false }]),
  ];
}

function lineOf(sign: string, { name, probability }: LikelyLabel, color: string, width: number): CaptionLine {
  const share = ` ${formatShare(probability)}`;
  const room = width - textWidth(`${sign} ${share}`, SIZE) * 1.1;
  return { text: `${sign} ${fitText(name, SIZE, room)}${share}`, color, bold: true };
}

/** The names in lines of `width` pixels, the first one with a check mark. */
function wrapNames(names: readonly string[], width: number): CaptionLine[] {
  const room = width / 1.1;
  const lines: string[] = [];
  for (const [i, name] of names.entries()) {
    const comma = i === names.length - 1 ? "" : ",";
    const last = lines.at(-1);
    const joined = last === undefined ? `✓ ${name}${comma}` : `${last} ${name}${comma}`;
    if (last !== undefined && textWidth(joined, SIZE) <= room) lines[lines.length - 1] = joined;
    else if (lines.length === MOST_RIGHT) {
      lines[lines.length - 1] = fitText(`${last} and ${names.length - i} more`, SIZE, room);
      break;
    } else lines.push(fitText(last === undefined ? joined : `${name}${comma}`, SIZE, room));
  }
  return lines.map((line) => ({ text: line, color: RIGHT_COLOR, bold: true }));
}
