// A grid of pictures with what they show and what the model takes them for.
import { RIGHT_COLOR, WRONG_COLOR } from "./colors.ts";
import { formatShare } from "./format.ts";
import { dataUrl } from "./rgb-image.ts";
import type { RgbImage } from "./rgb-of-batch.ts";
import { element, fitText, MUTED_COLOR, type Picture, picture, text } from "./svg.ts";

/** One picture with what the model says of it; without `truth` it is marked neither right nor wrong. */
export interface GridSample {
  readonly image: RgbImage;
  readonly prediction: string;
  /** Probability of the prediction, 0 to 1. */
  readonly confidence?: number | undefined;
  /** The true class, where it is known. */
  readonly truth?: string | undefined;
}

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
const PADDING = 20;

/**
 * Pictures in rows, each with prediction and confidence below, and under them the truth. A right prediction has a blue
 * frame and a check mark, a wrong one a thick orange frame and a cross.
 */
export function drawSampleGrid({ samples, columns = 4, title }: SampleGridOptions): Picture {
  const used = Math.max(1, Math.min(columns, samples.length));
  const rows = Math.ceil(samples.length / used);
  const top = PADDING + (title === undefined ? 0 : 30);
  const content = title === undefined ? [] : [text(PADDING, PADDING + 14, title, { size: 16, bold: true })];
  samples.forEach((sample, i) => {
    const x = PADDING + (i % used) * (TILE + GAP);
    const y = top + Math.floor(i / used) * (TILE + CAPTION + GAP);
    content.push(...drawTile(x, y, sample));
  });
  const width = 2 * PADDING + used * (TILE + GAP) - GAP;
  return picture(width, top + rows * (TILE + CAPTION + GAP) + PADDING - GAP, content);
}

function drawTile(x: number, y: number, { image, prediction, confidence, truth }: GridSample): string[] {
  const right = truth === undefined ? undefined : truth === prediction;
  const color = right === undefined ? MUTED_COLOR : right ? RIGHT_COLOR : WRONG_COLOR;
  const mark = right === undefined ? "" : right ? "✓ " : "✗ ";
  const percent = confidence === undefined ? "" : ` ${formatShare(confidence)}`;
  const scale = Math.min(TILE / image.width, TILE / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [left, top] = [x + (TILE - width) / 2, y + (TILE - height) / 2];
  const room = TILE - (mark.length + percent.length) * 7.8;
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
      stroke: color,
      "stroke-width": right === false ? 4 : 2,
    }),
    text(x, y + TILE + 17, `${mark}${fitText(prediction, 12, room)}${percent}`, {
      size: 12,
      bold: true,
      fill: color,
    }),
    truth === undefined ? "" : text(x, y + TILE + 33, `true: ${fitText(truth, 12, TILE - 38)}`, { size: 12 }),
  ];
}
