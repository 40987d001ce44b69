// What is behind the player, out of focus: a pitch, a court, a stand full of people, a gym wall.
import type { RandomStream } from "../core/random.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { pick } from "./kit.ts";
import { coverage } from "./mask.ts";
import { ellipse, type Polygon } from "./outline.ts";

const HORIZON = [0.25, 0.75] as const;

const GROUNDS: readonly Colour[] = [
  [70, 140, 62],
  [52, 112, 58],
  [196, 146, 92],
  [176, 118, 72],
  [60, 96, 150],
  [150, 74, 60],
];
const WALLS: readonly Colour[] = [
  [24, 26, 40],
  [58, 62, 78],
  [150, 168, 190],
  [120, 110, 100],
  [36, 60, 66],
  [206, 204, 198],
];

/** So far out of focus that few pixels are enough. */
const BACKDROP_SIZE = 32;

/** Fills `target` with a blurred scene, `deserted` or with up to two others at its sides. */
export function drawBackdrop(target: Canvas, stream: RandomStream, deserted = false): void {
  const canvas = new Canvas(BACKDROP_SIZE);
  const ground = pick(stream, GROUNDS);
  const wall = pick(stream, WALLS);
  const horizon = stream.uniform(...HORIZON);
  const slope = stream.uniform(-0.15, 0.15);
  canvas.fill((x, y) => {
    const edge = horizon + slope * (x - 0.5);
    const [colour, light] = y < edge ? [wall, 0.8 + 0.4 * y] : [ground, 0.85 + 0.3 * (y - edge)];
    return [colour[0] * light, colour[1] * light, colour[2] * light];
  });
  const crowd = 20 + stream.integer(40);
  for (let i = 0; i < crowd; i++) {
    const bright = stream.float() < 0.3 ? 150 : 30;
    const colour: Colour = [
      bright + stream.uniform(0, 110),
      bright + stream.uniform(0, 100),
      bright + stream.uniform(0, 90),
    ];
    const radius = stream.uniform(0.012, 0.045);
    const at = [stream.float(), stream.uniform(-0.05, horizon)] as const;
    canvas.paint(
      coverage([ellipse(at, radius, radius * 1.2, 10)], canvas.size),
      colour,
      stream.uniform(0.3, 0.8),
    );
  }
  const others = deserted ? 0 : stream.integer(3);
  for (let i = 0; i < others; i++) {
    const side = stream.float() < 0.5 ? stream.uniform(-0.05, 0.12) : stream.uniform(0.88, 1.05);
    const shirt: Colour = [stream.uniform(20, 240), stream.uniform(20, 240), stream.uniform(20, 240)];
    const body: Polygon = ellipse([side, horizon + 0.1], 0.1, 0.3, 16);
    canvas.paint(coverage([body], canvas.size), shirt, 0.9);
    canvas.paint(
      coverage([ellipse([side, horizon - 0.24], 0.045, 0.06, 12)], canvas.size),
      [150, 105, 80],
      0.9,
    );
  }
  const softness = stream.uniform(0.012, 0.03) * canvas.size;
  canvas.blur(softness, softness);
  target.fillWith(canvas);
}
