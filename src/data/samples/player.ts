// Draws a player from neck to waist: arms, shirt with its pattern and collar, and the number.
import type { RandomStream } from "../../core/random.ts";
import type { Camera } from "./camera.ts";
import type { Canvas, Colour } from "./canvas.ts";
import { numberOutlines } from "./digits.ts";
import { type Kit, pick } from "./kit.ts";
import { coverage, intersect, type Mask, union } from "./mask.ts";
import { ellipse, type Point, type Polygon, stroke, styleCorners } from "./outline.ts";

const SKIN: readonly Colour[] = [
  [246, 212, 188],
  [232, 190, 158],
  [204, 152, 116],
  [166, 114, 80],
  [122, 80, 56],
  [84, 56, 42],
];

/** The right half of a body, from the neck down; the left half mirrors it. */
const TORSO: readonly Point[] = [
  [0.1, -0.5],
  [0.31, -0.415],
  [0.335, -0.2],
  [0.315, 0.05],
  [0.3, 0.35],
  [0.33, 0.9],
];
const NECK: readonly Point[] = [
  [0.105, -0.8],
  [0.095, -0.5],
  [0.2, -0.44],
  [0.15, -0.3],
];
const ARM: readonly Point[] = [
  [0.22, -0.43],
  [0.37, -0.37],
  [0.45, -0.14],
  [0.5, 0.2],
  [0.46, 0.7],
  [0.37, 0.7],
  [0.38, 0.2],
  [0.27, -0.1],
];
const SLEEVE: readonly Point[] = [
  [0.2, -0.45],
  [0.35, -0.41],
  [0.45, -0.26],
  [0.5, -0.03],
  [0.35, 0.02],
  [0.27, -0.12],
];

const mirror = (half: readonly Point[]): Point[] => half.map(([x, y]): Point => [-x, y]);
const wholeBody = (half: readonly Point[]): Polygon => [...half, ...mirror(half).toReversed()];
const bothSides = (side: readonly Point[]): Polygon[] => [side, mirror(side).toReversed()];
const soften = (points: Polygon, radius: number): Polygon =>
  styleCorners({ points, closed: true }, radius, "round");
const box = (left: number, top: number, right: number, bottom: number): Polygon => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

/** The necks of shirts: the opening, seen from the front or the back. */
const OPENINGS: Readonly<Record<Kit["collar"], Polygon>> = {
  round: ellipse([0, -0.5], 0.125, 0.13),
  "v-neck": [
    [-0.12, -0.56],
    [0.12, -0.56],
    [0.105, -0.45],
    [0, -0.32],
    [-0.105, -0.45],
  ],
  back: ellipse([0, -0.52], 0.12, 0.08),
};

/** Draws one player who wears `kit` with `number` on the chest. */
export function drawPlayer(
  canvas: Canvas,
  camera: Camera,
  kit: Kit,
  number: string,
  stream: RandomStream,
): void {
  const body = (polygons: readonly Polygon[]): Mask =>
    coverage(
      polygons.map((polygon) => camera.project(polygon)),
      canvas.size,
    );
  const print = (polygons: readonly Polygon[]): Mask =>
    coverage(
      polygons.map((polygon) => camera.projectPrint(polygon)),
      canvas.size,
    );

  const skin = pick(stream, SKIN);
  const shade = skin.map((channel) => channel * 0.86) as unknown as Colour;
  const arms = body(bothSides(ARM).map((arm) => soften(arm, 0.06)));
  const torso = body([soften(wholeBody(TORSO), 0.05)]);
  const sleeves = body(bothSides(SLEEVE).map((sleeve) => soften(sleeve, 0.03)));
  const neck = body([wholeBody(NECK)]);
  const opening = body([OPENINGS[kit.collar]]);

  canvas.paint(neck, shade);
  canvas.paint(arms, skin);
  if (kit.sleeves) {
    canvas.paint(sleeves, kit.pattern === "yoke" ? kit.second : kit.shirt);
    canvas.paint(intersect(body(cuffs()), sleeves), kit.second);
    canvas.shade(() => 0.88, sleeves);
  }
  canvas.paint(torso, kit.shirt);
  canvas.paint(intersect(print(patternShapes(kit.pattern, stream)), torso), kit.second);
  if (!kit.sleeves) canvas.paint(intersect(body(armholes()), torso), kit.second);
  canvas.paint(intersect(body(stroke(OPENINGS[kit.collar], true, 0.045)), torso), kit.second);
  canvas.paint(intersect(opening, torso), kit.collar === "back" ? shade : skin);

  drawNumber(canvas, print, kit, number, stream);

  const player = union([neck, arms, torso, ...(kit.sleeves ? [sleeves] : [])]);
  canvas.shade((x, y) => camera.clothLight(x, y), player);
}

function drawNumber(
  canvas: Canvas,
  print: (polygons: readonly Polygon[]) => Mask,
  kit: Kit,
  number: string,
  stream: RandomStream,
): void {
  const { width } = numberOutlines(number, kit.typeface);
  const height = stream.uniform(0.46, 0.56);
  const [left, top] = [stream.uniform(-0.015, 0.015), stream.uniform(-0.005, 0.035)];
  const across = Math.min(height, 0.5 / width);
  const down = Math.min(height, across * 1.35);
  const outlines = (grow: number): Mask =>
    print(
      numberOutlines(number, kit.typeface, grow).polygons.map((polygon) =>
        polygon.map(([x, y]): Point => [left + x * across, top + y * down]),
      ),
    );
  if (kit.borderWidth > 0) canvas.paint(outlines(kit.borderWidth), kit.border);
  canvas.paint(outlines(0), kit.number, 0.97);
  if (kit.inline) canvas.paint(outlines(-0.42 * kit.typeface.weight), kit.border, 0.9);
}

/** The shapes of a pattern, in player coordinates; the shirt clips them. */
function patternShapes(pattern: Kit["pattern"], stream: RandomStream): Polygon[] {
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
      const side = stream.float() < 0.5 ? -1 : 1;
      return stroke(
        [
          [-0.5 * side, -0.55],
          [0.5 * side, 0.6],
        ],
        false,
        stream.uniform(0.12, 0.2),
      );
    }
    case "halves":
      return [box(0, -0.7, 0.6, 1)];
    case "chest band":
      return [box(-0.6, -0.12, 0.6, stream.uniform(0.1, 0.2))];
    case "yoke":
      return [
        [
          [-0.6, -0.7],
          [0.6, -0.7],
          [0.6, -0.2],
          [0.2, -0.29],
          [-0.2, -0.29],
          [-0.6, -0.2],
        ],
      ];
  }
}

function columns(pitch: number, width: number): Polygon[] {
  const count = Math.ceil(0.5 / pitch);
  return Array.from({ length: 2 * count + 1 }, (_, i) => {
    const middle = (i - count) * pitch;
    return box(middle - width / 2, -0.7, middle + width / 2, 1);
  });
}

const armholes = (): Polygon[] =>
  [-1, 1].flatMap((side) =>
    stroke(
      [
        [0.31 * side, -0.45],
        [0.335 * side, -0.2],
        [0.32 * side, 0],
      ],
      false,
      0.05,
    ),
  );

const cuffs = (): Polygon[] =>
  [-1, 1].flatMap((side) =>
    stroke(
      [
        [0.52 * side, -0.06],
        [0.33 * side, 0],
      ],
      false,
      0.05,
      0.05,
      0.05,
    ),
  );
