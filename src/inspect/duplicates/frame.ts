// Parts of a picture, and the part that is left without a border of one colour.
import type { Image } from "../../image/image.ts";

/** A part of a picture, in shares of its width and height. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** All of a picture. */
export const WHOLE: Frame = { left: 0, top: 0, right: 1, bottom: 1 };

/** Levels that a border may differ by from its colour, since compression leaves traces on it. */
const TOLERANCE = 24;
/** The least share of an axis that is still a picture with a border, and not a small thing on a plain ground. */
const LEAST_CONTENT = 0.4;

/** The frame within a border of one colour; the whole picture where there is none. */
export function withoutBorder(image: Image): Frame {
  const { width, height } = image;
  const rows = spanWithin(height, (y) => isPlain(image, [0, y], [1, 0], width));
  const columns = spanWithin(width, (x) => isPlain(image, [x, 0], [0, 1], height));
  if (rows === undefined || columns === undefined) return WHOLE;
  return {
    left: columns[0] / width,
    top: rows[0] / height,
    right: columns[1] / width,
    bottom: rows[1] / height,
  };
}

/** From the first line that is not plain to behind the last one; undefined where too little is left. */
function spanWithin(lines: number, plain: (line: number) => boolean): [number, number] | undefined {
  const most = Math.floor(lines * (1 - LEAST_CONTENT));
  let [from, to] = [0, lines];
  while (from <= most && plain(from)) from++;
  while (lines - to <= most && plain(to - 1)) to--;
  return to - from >= lines * LEAST_CONTENT ? [from, to] : undefined;
}

/** Whether the pixels of a line are all about as their mean. */
function isPlain(
  { width, data }: Image,
  [x, y]: readonly [number, number],
  [dx, dy]: readonly [number, number],
  length: number,
): boolean {
  const start = (y * width + x) * 3;
  const step = (dy * width + dx) * 3;
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += data[start + i * step + channel]!;
    const mean = sum / length;
    for (let i = 0; i < length; i++)
      if (Math.abs(data[start + i * step + channel]! - mean) > TOLERANCE) return false;
  }
  return true;
}

/** Share of the picture that the frame covers; 0 for a frame turned inside out. */
export function areaOf({ left, top, right, bottom }: Frame): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** What both cover. Where they do not meet it is turned inside out, and its area 0. */
export function intersection(a: Frame, b: Frame): Frame {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}
