// The digits as centre lines of our own, and the typefaces that turn them into outlines.
import {
  type CentreLine,
  type CornerStyle,
  type Point,
  type Polygon,
  stroke,
  styleCorners,
} from "./outline.ts";

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
  readonly width?: number;
}

const six: Skeleton = {
  lines: [
    {
      points: [
        [0, 0.44],
        [1, 0.44],
        [1, 1],
        [0, 1],
      ],
      closed: true,
    },
    {
      points: [
        [1, 0.21],
        [1, 0],
        [0, 0],
        [0, 0.74],
      ],
    },
  ],
};

const SKELETONS: Readonly<Record<string, Skeleton>> = {
  "0": {
    lines: [
      {
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ],
        closed: true,
      },
    ],
  },
  "1": {
    lines: [
      {
        points: [
          [0, 0.2],
          [0.5, 0, 0],
          [1, 0, 0],
          [1, 1],
        ],
      },
    ],
    width: 0.55,
  },
  "2": {
    lines: [
      {
        points: [
          [0, 0.24],
          [0, 0],
          [1, 0],
          [1, 0.5],
          [0, 0.9],
          [0, 1, 0],
          [1, 1],
        ],
      },
    ],
  },
  "3": {
    lines: [
      {
        points: [
          [0, 0.22],
          [0, 0],
          [1, 0],
          [1, 0.49],
          [0.4, 0.49],
        ],
      },
      {
        points: [
          [0.4, 0.49],
          [1, 0.49],
          [1, 1],
          [0, 1],
          [0, 0.78],
        ],
      },
    ],
  },
  "4": {
    lines: [
      {
        points: [
          [0.74, 1],
          [0.74, 0, 0],
          [0.52, 0, 0],
          [0, 0.56, 0],
          [0, 0.7, 0],
          [1, 0.7],
        ],
      },
    ],
    width: 1.06,
  },
  "5": {
    lines: [
      {
        points: [
          [1, 0],
          [0.03, 0, 0],
          [0.03, 0.42, 0],
          [1, 0.42],
          [1, 1],
          [0, 1],
          [0, 0.77],
        ],
      },
    ],
  },
  "6": six,
  "7": {
    lines: [
      {
        points: [
          [0, 0],
          [1, 0, 0],
          [1, 0.14, 0],
          [0.38, 0.72],
          [0.38, 1],
        ],
      },
    ],
  },
  "8": {
    lines: [
      {
        points: [
          [0.05, 0],
          [0.95, 0],
          [0.95, 0.48],
          [0.05, 0.48],
        ],
        closed: true,
      },
      {
        points: [
          [0, 0.48],
          [1, 0.48],
          [1, 1],
          [0, 1],
        ],
        closed: true,
      },
    ],
  },
  "9": {
    lines: six.lines.map((line) => ({
      ...line,
      points: line.points.map(([x, y]): Point => [1 - x, 1 - y]),
    })),
  },
};

const ALTERNATES: Readonly<Record<string, Skeleton>> = {
  "1": {
    lines: [
      {
        points: [
          [0, 0.2],
          [0.28, 0, 0],
          [0.5, 0, 0],
          [0.5, 1],
        ],
      },
      {
        points: [
          [0, 1],
          [1, 1],
        ],
      },
    ],
    width: 0.8,
  },
  "4": {
    lines: [
      {
        points: [
          [0, 0],
          [0, 0.6, 0],
          [1, 0.6],
        ],
      },
      {
        points: [
          [0.82, 0],
          [0.82, 1],
        ],
      },
    ],
    width: 1.04,
  },
};

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
    const skeleton = (typeface.alternates ? ALTERNATES[digit] : undefined) ?? SKELETONS[digit]!;
    const width = typeface.width * (skeleton.width ?? 1);
    for (const polygon of digitOutlines(skeleton, typeface, width, grow)) {
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

function digitOutlines(skeleton: Skeleton, typeface: Typeface, width: number, grow: number): Polygon[] {
  const { weight, contrast, corner, cornerStyle } = typeface;
  const unstretched = width / contrast;
  const spanX = unstretched - weight;
  const spanY = 1 - weight;
  const radius = (corner * Math.min(spanX, spanY)) / 2;
  const place = ([x, y, scale = 1]: readonly [number, number, number?]): readonly [
    number,
    number,
    number,
  ] => [weight / 2 + x * spanX, weight / 2 + y * spanY, scale];
  const polygons = skeleton.lines.flatMap(({ points, closed = false }) => {
    const line = styleCorners({ points: points.map(place), closed }, radius, cornerStyle);
    const caps = closed
      ? [0, 0]
      : [points, points.toReversed()].map((ends) => grow + (pointsOut(ends) ? weight / 2 : 0));
    return stroke(line, closed, weight + 2 * grow, caps[0], caps[1]);
  });
  // Only x is stretched, so stems come out thicker than bars.
  return polygons.map((polygon) => polygon.map(([x, y]): Point => [x * contrast, y]));
}

/** Whether the line's first end points out of the unit box: its flat end is then moved out to the digit's edge. */
function pointsOut(points: CentreLine["points"]): boolean {
  const [x, y] = points[0]!;
  const [nextX, nextY] = points[1]!;
  const inside = (value: number): boolean => value >= 0 && value <= 1;
  return !inside(x + (x - nextX) * 0.01) || !inside(y + (y - nextY) * 0.01);
}
