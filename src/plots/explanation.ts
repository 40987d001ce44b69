// The picture of one explanation: what the network saw, the heat map over it, and what its colours mean.
import { cssColor } from "./colors.ts";
import { type Heat, heatOverlay, overColor } from "./heat-overlay.ts";
import { dataUrl } from "./rgb-image.ts";
import type { RgbImage } from "./rgb-of-batch.ts";
import { element, fitText, MUTED_COLOR, type Picture, picture, text } from "./svg.ts";

/** A heat map with its picture, and the words around it. */
export interface ExplanationPictureOptions {
  /** As the network saw it. */
  readonly image: RgbImage;
  /** Of the same size. */
  readonly map: Heat;
  /** The heat of the strongest colour; 0 where there is no heat. */
  readonly limit: number;
  /** Whether heat below 0 has a colour of its own. */
  readonly signed: boolean;
  readonly title: string;
  readonly subtitle: string;
  /** What the colours at the ends of the scale stand for, such as `-3.1 %` and `+12.0 %`; of unsigned maps from 0. */
  readonly ends: readonly [low: string, high: string];
  /** What is coloured. */
  readonly quantity: string;
}

const LONG_SIDE = 336;
const GAP = 16;
const PADDING = 20;
const TOP = 66;
const LEGEND = 58;
/** A picture's shorter side is at least as wide as the words need. */
const LEAST_WIDTH = 240;
const STEPS = 64;

/** Picture and overlay side by side, with a scale below. */
export function explanationPicture(options: ExplanationPictureOptions): Picture {
  const { image, map, limit, signed, title, subtitle } = options;
  const scale = LONG_SIDE / Math.max(image.width, image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const panel = Math.max(LEAST_WIDTH, width);
  const whole = 2 * PADDING + 2 * panel + GAP;
  const show = (shown: RgbImage, left: number): string =>
    element("image", {
      x: left + (panel - width) / 2,
      y: TOP,
      width,
      height,
      href: dataUrl(shown),
      "image-rendering": scale >= 3 ? "optimizeSpeed" : undefined,
    });
  const right = PADDING + panel + GAP;
  return picture(whole, TOP + height + LEGEND + PADDING, [
    text(PADDING, PADDING + 14, fitText(title, 16, whole - 2 * PADDING), { size: 16, bold: true }),
    text(PADDING, PADDING + 33, fitText(subtitle, 12, whole - 2 * PADDING), { fill: MUTED_COLOR }),
    show(image, PADDING),
    show(heatOverlay(image, map, limit, signed), right),
    ...legend(right, TOP + height + 14, panel, options),
  ]);
}

/** The colours over a light gray, as they look over a picture. */
function legend(
  left: number,
  top: number,
  width: number,
  { signed, ends: [low, high], quantity }: ExplanationPictureOptions,
): string[] {
  const bars = Array.from({ length: STEPS }, (_, i) => {
    const place = i / (STEPS - 1);
    const [red, green, blue] = overColor([205, 205, 205], signed ? place * 2 - 1 : place, signed);
    const fill = cssColor([Math.round(red), Math.round(green), Math.round(blue)]);
    return element("rect", {
      x: left + (i * width) / STEPS,
      y: top,
      width: width / STEPS + 0.4,
      height: 10,
      fill,
    });
  });
  const tick = (x: number, content: string, anchor: "start" | "middle" | "end"): string =>
    text(x, top + 25, content, { size: 11, anchor });
  return [
    ...bars,
    tick(left, low, "start"),
    ...(signed ? [tick(left + width / 2, "0", "middle")] : []),
    tick(left + width, high, "end"),
    text(left, top + 42, fitText(quantity, 11, width), { size: 11, fill: MUTED_COLOR }),
  ];
}
