// A grid of pictures with what they show and what the model takes them for.
import { RIGHT_COLOR, WRONG_COLOR } from "./colors.ts";
import { formatShare } from "./format.ts";
import { type CaptionLine, LABEL_LEGEND, type LabelSample, labelCaption } from "./label-caption.ts";
import { dataUrl } from "./rgb-image.ts";
import type { RgbImage } from "./rgb-of-batch.ts";
import { element, fitText, MUTED_COLOR, type Picture, picture, TEXT_COLOR, text, textWidth } from "./svg.ts";

/** What the model says of one picture; without `truth` it is marked neither right nor wrong. */
export interface ClassSample {
  readonly prediction: string;
  /** Probability of the prediction, 0 to 1. */
  readonly confidence?: number | undefined;
  /** The true class, where it is known. */
  readonly truth?: string | undefined;
}

/** One picture with its class, or with its labels. */
export type GridSample = { readonly image: RgbImage } & (ClassSample | LabelSample);

/** The pictures, row by row, and how many stand in a row. */
export interface SampleGridOptions {
  readonly samples: readonly GridSample[];
  /** Default 4. */
  readonly columns?: number | undefined;
  readonly title?: string | undefined;
}

const TILE = 168;
const GAP = 14;
const CAPTION = 42;
const LINE = 16;
const PADDING = 20;

/**
 * Pictures in rows, each with prediction and confidence below, and under them the truth; or with its labels, right, missed and
 * extra ones. What is all right has a blue frame and check marks, what is wrong a thick orange frame and other signs.
 */
export function drawSampleGrid({ samples, columns = 4, title }: SampleGridOptions): Picture {
  const used = Math.max(1, Math.min(columns, samples.length));
  const tiles = samples.map((sample) => ({ image: sample.image, ...captionOf(sample) }));
  const legend = samples.some((sample) => "missed" in sample);
  const top = PADDING + (title === undefined ? 0 : 30) + (legend ? 22 : 0);
  const content = title === undefined ? [] : [text(PADDING, PADDING + 14, title, { size: 16, bold: true })];
  if (legend) content.push(...drawLegend(top - 14));
  let y = top;
  for (let first = 0; first < tiles.length; first += used) {
    const row = tiles.slice(first, first + used);
    for (const [i, tile] of row.entries()) content.push(...drawTile(PADDING + i * (TILE + GAP), y, tile));
    const lines = Math.max(...row.map(({ lines }) => lines.length));
    y += TILE + Math.max(CAPTION, 10 + lines * LINE) + GAP;
  }
  const width = 2 * PADDING + used * (TILE + GAP) - GAP;
  return picture(width, y + PADDING - GAP, content);
}

function drawLegend(y: number): string[] {
  let x = PADDING;
  return LABEL_LEGEND.map(({ text: meaning, color, bold }) => {
    const drawn = text(x, y, meaning, { size: 12, fill: color, bold });
    x += textWidth(meaning, 12) + 20;
    return drawn;
  });
}

/** A picture with the colour of its frame, undefined where neither is known, and what is said below it. */
interface Tile {
  readonly image: RgbImage;
  readonly right: boolean | undefined;
  readonly lines: readonly CaptionLine[];
}

function captionOf(sample: GridSample): Omit<Tile, "image"> {
  if (!("prediction" in sample)) {
    const { missed, extra, right, unknown } = sample;
    const allRight = missed.length + extra.length === 0;
    const judged = !allRight || right.length > 0 || unknown.length === 0;
    return { right: judged ? allRight : undefined, lines: labelCaption(sample, TILE) };
  }
  const { prediction, confidence, truth } = sample;
  const right = truth === undefined ? undefined : truth === prediction;
  const mark = right === undefined ? "" : right ? "✓ " : "✗ ";
  const percent = confidence === undefined ? "" : ` ${formatShare(confidence)}`;
  const room = TILE - (mark.length + percent.length) * 7.8;
  const said = {
    text: `${mark}${fitText(prediction, 12, room)}${percent}`,
    color: colorOf(right),
    bold: true,
  };
  if (truth === undefined) return { right, lines: [said] };
  const is = { text: `true: ${fitText(truth, 12, TILE - 38)}`, color: TEXT_COLOR, bold: false };
  return { right, lines: [said, is] };
}

function colorOf(right: boolean | undefined): string {
  return right === undefined ? MUTED_COLOR : right ? RIGHT_COLOR : WRONG_COLOR;
}

function drawTile(x: number, y: number, { image, right, lines }: Tile): string[] {
  const scale = Math.min(TILE / image.width, TILE / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [left, top] = [x + (TILE - width) / 2, y + (TILE - height) / 2];
  return [
    element("rect", { x, y, width: TILE, height: TILE, fill: "#f1f3f5" }),
    element("image", {
      x: left,
      y: top,
      width,
      height,
      href: dataUrl(image),
      // Small pictures keep their pixels instead of becoming a blur.
      "image-rendering": scale >= 3 ? "optimizeSpeed" : undefined,
    }),
    element("rect", {
      x,
      y,
      width: TILE,
      height: TILE,
      fill: "none",
      stroke: colorOf(right),
      "stroke-width": right === false ? 4 : 2,
    }),
    ...lines.map(({ text: line, color: fill, bold }, i) =>
      text(x, y + TILE + 17 + i * LINE, line, { size: 12, bold, fill }),
    ),
  ];
}
