// The patterns of shirts as shapes in player coordinates; the shirt's outline clips them.
import type { RandomStream } from "../core/random.ts";
import { mirror, type Polygon, readPoints, stroke } from "./outline.ts";

/** All patterns that a shirt may have. */
export const PATTERNS = [
  "plain",
  "pinstripes",
  "stripes",
  "hoops",
  "side panels",
  "sash",
  "halves",
  "chest band",
  "yoke",
] as const;
/** One of `PATTERNS`. */
export type Pattern = (typeof PATTERNS)[number];

/** What `pattern` puts on a shirt in its second colour. */
export function patternShapes(pattern: Pattern, stream: RandomStream): Polygon[] {
  switch (pattern) {
    case "plain":
      return [];
    case "pinstripes":
      return columns(0.075, 0.008);
    case "stripes":
      return columns(stream.uniform(0.15, 0.22), stream.uniform(0.06, 0.1));
    case "hoops": {
      const pitch = stream.uniform(0.16, 0.26);
      return Array.from({ length: 9 }, (_, i) => box(-0.6, (i - 4) * pitch, 0.6, (i - 4 + 0.5) * pitch));
    }
    case "side panels":
      return [box(-0.6, -0.22, -0.27, 1), box(0.27, -0.22, 0.6, 1)];
    case "sash": {
      const line = readPoints("-.5,-.55 .5,.6");
      return stroke(stream.float() < 0.5 ? line : mirror(line), false, stream.uniform(0.12, 0.2));
    }
    case "halves":
      return [box(0, -0.7, 0.6, 1)];
    case "chest band":
      return [box(-0.6, -0.12, 0.6, stream.uniform(0.1, 0.2))];
    case "yoke":
      return [readPoints("-.6,-.7 .6,-.7 .6,-.2 .2,-.29 -.2,-.29 -.6,-.2")];
  }
}

function columns(pitch: number, width: number): Polygon[] {
  const count = Math.ceil(0.5 / pitch);
  return Array.from({ length: 2 * count + 1 }, (_, i) => {
    const middle = (i - count) * pitch;
    return box(middle - width / 2, -0.7, middle + width / 2, 1);
  });
}

function box(left: number, top: number, right: number, bottom: number): Polygon {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}
