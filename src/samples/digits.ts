// The digits as centre lines of our own, and the typefaces that turn them into outlines.
import {
  type CentreLine,
  type Corner,
  type CornerStyle,
  centreLine,
  type Point,
  type Polygon,
  stroke,
  styleCorners,
} from "./outline.ts";

/** What makes one typeface's digits differ from another's. */
export interface Typeface {
  readonly name: string;
  /** Thickness of a stroke, as a share of the digit's height. */
  readonly weight: number;
  /** Width of a digit, as a share of its height. */
  readonly width: number;
  readonly cornerStyle: CornerStyle;
  /** Corner radius: 1 makes a bowl a half circle, 0 keeps every corner square. */
  readonly corner: number;
  /** Stems are this many times as thick as bars. */
  readonly contrast: number;
  /** Horizontal shift per unit of height. */
  readonly slant: number;
  /** A `1` with a foot and a `4` that is open at the top. */
  readonly alternates: boolean;
}

const plain = { cornerStyle: "round", corner: 1, contrast: 1, slant: 0, alternates: false } as const;

/** Those that shirts are lettered in; a kit has one of them. */
export const TYPEFACES: readonly Typeface[] = [
  {
    ...plain,
    name: "block",
    weight: 0.2,
    width: 0.64,
    cornerStyle: "chamfer",
    corner: 0.62,
    contrast: 1.1,
    alternates: true,
  },
  {
    ...plain,
    name: "college",
    weight: 0.16,
    width: 0.76,
    cornerStyle: "chamfer",
    corner: 0.55,
    contrast: 1.35,
    alternates: true,
  },
  { ...plain, name: "grotesque", weight: 0.17, width: 0.62, contrast: 1.15 },
  { ...plain, name: "rounded square", weight: 0.17, width: 0.64, corner: 0.5 },
  { ...plain, name: "condensed", weight: 0.15, width: 0.48, corner: 0.7, contrast: 1.05 },
  { ...plain, name: "heavy", weight: 0.2, width: 0.8, corner: 0.9, contrast: 1.35 },
  { ...plain, name: "italic", weight: 0.18, width: 0.62, cornerStyle: "chamfer", corner: 0.45, slant: 0.16 },
  { ...plain, name: "light", weight: 0.115, width: 0.58, corner: 0.85, alternates: true },
];

/** A digit in a box one unit wide and one high (y points down): the centre of the strokes runs along its edges. */
interface Skeleton {
  readonly lines: readonly CentreLine[];
  /** Width, as a share of the typeface's. */
  readonly width: number;
}

const skeleton = (lines: readonly string[], width = 1): Skeleton => ({ lines: lines.map(centreLine), width });
const six = ["0,.44 1,.44 1,1 0,1 z", "1,.21 1,0 0,0 0,.74"];

const SKELETONS: Readonly<Record<string, Skeleton>> = {
  "0": skeleton(["0,0 1,0 1,1 0,1 z"]),
  "1": skeleton(["0,.2 .5,0! 1,0! 1,1"], 0.55),
  "2": skeleton(["0,.24 0,0 1,0 1,.5 0,.9 0,1! 1,1"]),
  "3": skeleton(["0,.22 0,0 1,0 1,.49 .4,.49", ".4,.49 1,.49 1,1 0,1 0,.78"]),
  "4": skeleton([".74,1 .74,0! .52,0! 0,.56! 0,.7! 1,.7"], 1.06),
  "5": skeleton(["1,0 .03,0! .03,.42! 1,.42 1,1 0,1 0,.77"]),
  "6": skeleton(six),
  "7": skeleton(["0,0 1,0! 1,.14! .38,.72 .38,1"]),
  "8": skeleton([".05,0 .95,0 .95,.48 .05,.48 z", "0,.48 1,.48 1,1 0,1 z"]),
  "9": { lines: six.map(centreLine).map(turnUpsideDown), width: 1 },
};

const ALTERNATES: Readonly<Record<string, Skeleton>> = {
  "1": skeleton(["0,.2 .28,0! .5,0! .5,1", "0,1 1,1"], 0.8),
  "4": skeleton(["0,0 0,.6! 1,.6", ".82,0 .82,1"], 1.04),
};

function turnUpsideDown({ points, closed }: CentreLine): CentreLine {
  return { points: points.map(([x, y, sharp]): Corner => [1 - x, 1 - y, sharp ?? false]), closed };
}

/** The digits that can be drawn, alone or side by side. */
export const DIGITS: readonly string[] = Object.keys(SKELETONS);

/**
 * Outlines of `text` (digits only), centred on the origin, one unit high: polygons whose union (non-zero winding)
 * is the number. `grow` thickens every stroke on all sides, which makes the border that shirts print around a
 * number; a negative one thins it.
 */
export function numberOutlines(
  text: string,
  typeface: Typeface,
  grow = 0,
): { polygons: Polygon[]; width: number } {
  const gap = 0.07 + typeface.weight * 0.35;
  const polygons: Polygon[] = [];
  let cursor = 0;
  for (const digit of text) {
    const { lines, width: share } =
      (typeface.alternates ? ALTERNATES[digit] : undefined) ?? SKELETONS[digit]!;
    const width = typeface.width * share;
    for (const polygon of digitOutlines(lines, typeface, width, grow)) {
      polygons.push(polygon.map(([x, y]): Point => [x + cursor, y]));
    }
    cursor += width + gap;
  }
  const width = cursor - gap;
  const centred = polygons.map((polygon) =>
    polygon.map(([x, y]): Point => [x - width / 2 - (y - 0.5) * typeface.slant, y - 0.5]),
  );
  return { polygons: centred, width };
}

function digitOutlines(
  lines: readonly CentreLine[],
  typeface: Typeface,
  width: number,
  grow: number,
): Polygon[] {
  const { weight, contrast, corner, cornerStyle } = typeface;
  const spanX = width / contrast - weight;
  const spanY = 1 - weight;
  const radius = (corner * Math.min(spanX, spanY)) / 2;
  const polygons = lines.flatMap(({ points, closed }) => {
    const placed = points.map(
      ([x, y, sharp]): Corner => [weight / 2 + x * spanX, weight / 2 + y * spanY, sharp ?? false],
    );
    const line = styleCorners({ points: placed, closed }, radius, cornerStyle);
    const cap = (ends: readonly Corner[]): number => grow + (pointsOut(ends) ? weight / 2 : 0);
    return stroke(line, closed, weight + 2 * grow, cap(points), cap(points.toReversed()));
  });
  // Only x is stretched, so stems come out thicker than bars.
  return polygons.map((polygon) => polygon.map(([x, y]): Point => [x * contrast, y]));
}

/** Whether the line's first end points out of the unit box: its flat end is then moved out to the digit's edge. */
function pointsOut(points: readonly Corner[]): boolean {
  const [x, y] = points[0]!;
  const [nextX, nextY] = points[1]!;
  const inside = (value: number): boolean => value >= 0 && value <= 1;
  return !inside(x + (x - nextX) * 0.01) || !inside(y + (y - nextY) * 0.01);
}
