// Draws a player from neck to waist: arms, shirt with its pattern and collar, and the number.
import type { RandomStream } from "../core/random.ts";
import type { Camera } from "./camera.ts";
import type { Canvas, Colour } from "./canvas.ts";
import { numberOutlines } from "./digits.ts";
import { type Kit, pick } from "./kit.ts";
import { coverage, intersect, type Mask, union } from "./mask.ts";
import { ellipse, mirror, type Point, type Polygon, readPoints, stroke, styleCorners } from "./outline.ts";
import { patternShapes } from "./pattern.ts";

const SKIN: readonly Colour[] = [
  [246, 212, 188],
  [232, 190, 158],
  [204, 152, 116],
  [166, 114, 80],
  [122, 80, 56],
  [84, 56, 42],
];

/** The right half of a body, from the neck down; the left half mirrors it. */
const TORSO = readPoints(".1,-.5 .31,-.415 .335,-.2 .315,.05 .3,.35 .33,.9");
const NECK = readPoints(".105,-.8 .095,-.5 .2,-.44 .15,-.3");
const ARM = readPoints(".22,-.43 .37,-.37 .45,-.14 .5,.2 .46,.7 .37,.7 .38,.2 .27,-.1");
const SLEEVE = readPoints(".2,-.45 .35,-.41 .45,-.26 .5,-.03 .35,.02 .27,-.12");

const wholeBody = (half: readonly Point[]): Polygon => [...half, ...mirror(half).toReversed()];
const bothSides = (side: readonly Point[]): Polygon[] => [side, mirror(side)];
const soften = (points: Polygon, radius: number): Polygon =>
  styleCorners({ points, closed: true }, radius, "round");

const ARMHOLES = bothSides(readPoints(".31,-.45 .335,-.2 .32,0")).flatMap((line) =>
  stroke(line, false, 0.05),
);
const CUFFS = bothSides(readPoints(".57,-.08 .28,.02")).flatMap((line) => stroke(line, false, 0.05));

/** The necks of shirts: the opening, seen from the front or the back. */
const OPENINGS: Readonly<Record<Kit["collar"], Polygon>> = {
  round: ellipse([0, -0.5], 0.125, 0.13),
  "v-neck": readPoints("-.12,-.56 .12,-.56 .105,-.45 0,-.32 -.105,-.45"),
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
    canvas.paint(intersect(body(CUFFS), sleeves), kit.second);
    canvas.shade(() => 0.88, sleeves);
  }
  canvas.paint(torso, kit.shirt);
  canvas.paint(intersect(print(patternShapes(kit.pattern, stream)), torso), kit.second);
  if (!kit.sleeves) canvas.paint(intersect(body(ARMHOLES), torso), kit.second);
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
