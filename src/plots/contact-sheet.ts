// Pairs of pictures side by side on one sheet, to be told apart by eye.
import { RIGHT_COLOR, WRONG_COLOR } from "./colors.ts";
import { dataUrl } from "./rgb-image.ts";
import type { RgbImage } from "./rgb-of-batch.ts";
import { element, fitText, MUTED_COLOR, type Picture, picture, text, textWidth } from "./svg.ts";

/** One picture with the two lines below it. */
export interface ContactTile {
  readonly image: RgbImage;
  /** Such as its class. */
  readonly caption: string;
  /** Such as its file; of a long one the end is shown. */
  readonly detail: string;
}

/** Two pictures that are compared, with what is said above them. */
export interface ContactPair {
  readonly title: string;
  /** What is wrong about the pair; it then has an orange frame. */
  readonly remarks: readonly string[];
  readonly tiles: readonly [ContactTile, ContactTile];
}

/** What is on the sheet, and how wide it is. */
export interface ContactSheetOptions {
  readonly pairs: readonly ContactPair[];
  /** Pairs that are left out, which a line says. Default 0. */
  readonly more?: number;
  /** Pairs in a row; default 3. */
  readonly columns?: number;
}

const TILE = 160;
const GAP = 8;
const HEADING = 24;
const CAPTION = 36;
const PADDING = 20;
const PAIR_WIDTH = 2 * TILE + GAP;
const PAIR_HEIGHT = HEADING + TILE + CAPTION;
const BETWEEN = 24;

/** Pairs in rows, each with its title and remarks above, and below each picture its caption and detail. */
export function contactSheet({ pairs, more = 0, columns = 3 }: ContactSheetOptions): Picture {
  const across = Math.max(1, Math.min(columns, pairs.length));
  const down = Math.ceil(pairs.length / across);
  const content = pairs.flatMap((pair, i) =>
    drawPair(
      PADDING + (i % across) * (PAIR_WIDTH + BETWEEN),
      PADDING + Math.floor(i / across) * (PAIR_HEIGHT + BETWEEN),
      pair,
    ),
  );
  const bottom = PADDING + down * (PAIR_HEIGHT + BETWEEN);
  if (pairs.length === 0) content.push(text(PADDING, PADDING + 14, "no pairs"));
  if (more > 0) content.push(text(PADDING, bottom, `and ${more} more`, { fill: MUTED_COLOR }));
  return picture(2 * PADDING + across * (PAIR_WIDTH + BETWEEN) - BETWEEN, bottom + PADDING, content);
}

function drawPair(x: number, y: number, { title, remarks, tiles }: ContactPair): string[] {
  const color = remarks.length > 0 ? WRONG_COLOR : RIGHT_COLOR;
  const beside = textWidth(title, 13) + 16;
  return [
    text(x, y + 14, title, { size: 13, bold: true }),
    text(x + beside, y + 14, fitText(remarks.join(", "), 13, PAIR_WIDTH - beside), {
      size: 13,
      fill: WRONG_COLOR,
    }),
    ...tiles.flatMap((tile, i) => drawTile(x + i * (TILE + GAP), y + HEADING, tile, color)),
  ];
}

function drawTile(x: number, y: number, { image, caption, detail }: ContactTile, color: string): string[] {
  const scale = Math.min(TILE / image.width, TILE / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const place = { x: x + (TILE - width) / 2, y: y + (TILE - height) / 2, width, height };
  const frame = { x, y, width: TILE, height: TILE };
  return [
    element("rect", { ...frame, fill: "#f1f3f5" }),
    element("image", { ...place, href: dataUrl(image) }),
    element("rect", { ...frame, fill: "none", stroke: color, "stroke-width": 2 }),
    text(x, y + TILE + 15, fitText(caption, 12, TILE), { size: 12, bold: true }),
    text(x, y + TILE + 30, endOf(detail, 10, TILE), { size: 10, fill: MUTED_COLOR }),
  ];
}

/** The text, its beginning replaced by an ellipsis where it would be wider than `width`. */
function endOf(content: string, size: number, width: number): string {
  const characters = [...content];
  const room = Math.floor(width / textWidth("x", size));
  return characters.length <= room ? content : `…${characters.slice(-Math.max(1, room - 1)).join("")}`;
}
