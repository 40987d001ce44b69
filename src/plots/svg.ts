// Pieces of SVG: a finished picture, elements and text that fits.
import { shorten } from "../core/index.ts";

/** A drawing as an SVG document; width and height in CSS pixels. */
export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** What texts are set in; the first family is the one that pictures are rendered with. */
export const FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif";
/** What is read first: titles, names, numbers. */
export const TEXT_COLOR = "#1f2933";
/** What is read second: axes, captions, remarks. */
export const MUTED_COLOR = "#52606d";

/** Mean width of a character of the font, in em. */
const CHARACTER_WIDTH = 0.6;

/** An SVG document of these elements on white, `width` x `height` CSS pixels. */
export function picture(width: number, height: number, content: readonly string[]): Picture {
  const frame = { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` };
  const background = element("rect", { width, height, fill: "#ffffff" });
  const svg = element("svg", { ...frame, "font-family": FONT_FAMILY, fill: TEXT_COLOR }, [
    background,
    ...content,
  ]);
  return { svg, width, height };
}

/** One element; undefined attributes are left out, children are SVG. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  let tag = `<${name}`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined)
      tag += ` ${attribute}="${typeof value === "number" ? round(value) : escapeXml(value)}"`;
  }
  return children.length === 0 ? `${tag}/>` : `${tag}>${children.join("")}</${name}>`;
}

/** How a line of text is set; without options upright, from its left end. */
export interface TextOptions {
  readonly size?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
  readonly fill?: string;
  /** Degrees, clockwise, around the anchor. */
  readonly rotate?: number;
}

/** A line of text whose baseline starts, is centred or ends at (x, y). */
export function text(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { size = 12, anchor, bold, fill, rotate } = options;
  const attributes: Attributes = {
    x,
    y,
    "font-size": size,
    "text-anchor": anchor,
    "font-weight": bold === true ? "bold" : undefined,
    fill,
    transform: rotate === undefined ? undefined : `rotate(${rotate} ${round(x)} ${round(y)})`,
  };
  return element("text", attributes, [escapeXml(content)]);
}

/** About how wide a line of text is, in pixels. */
export function textWidth(content: string, size: number): number {
  return [...content].length * size * CHARACTER_WIDTH;
}

/** The text, shortened as `shorten` does where it would be wider than `width`. */
export function fitText(content: string, size: number, width: number): string {
  return shorten(content, Math.floor(width / (size * CHARACTER_WIDTH)));
}

/** Text as XML; characters that XML cannot hold become a replacement character. */
export function escapeXml(content: string): string {
  return content
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
