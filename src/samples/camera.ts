// Where a point on a player ends up in the picture: the curve of the chest, folds in the cloth, then the camera.
import type { RandomStream } from "../core/random.ts";
import { type Point, type Polygon, subdivide } from "./outline.ts";

/** A ripple in the cloth: a sine wave across the picture that shifts what is printed and shades it. */
interface Fold {
  readonly direction: Point;
  readonly frequency: number;
  readonly phase: number;
  readonly depth: number;
}

/** The radius of a chest seen as a cylinder, in units of the picture's side. */
const CHEST_RADIUS = 0.38;
const LONGEST_EDGE = 0.06;

/**
 * One view of one player. Player coordinates have their origin in the middle of the chest, y down, in units of the
 * picture's side.
 */
export class Camera {
  readonly #yaw: number;
  readonly #cosTilt: number;
  readonly #sinTilt: number;
  readonly #shear: number;
  readonly #perspective: Point;
  readonly #scale: number;
  readonly #centre: Point;
  readonly #folds: readonly Fold[];

  constructor(stream: RandomStream) {
    const tilt = stream.normal(0, 0.11);
    this.#cosTilt = Math.cos(tilt);
    this.#sinTilt = Math.sin(tilt);
    this.#yaw = stream.uniform(-0.38, 0.38);
    this.#shear = stream.uniform(-0.12, 0.12);
    this.#perspective = [stream.uniform(-0.3, 0.3), stream.uniform(-0.25, 0.25)];
    this.#scale = stream.uniform(0.9, 1.16);
    this.#centre = [0.5 + stream.uniform(-0.04, 0.04), 0.53 + stream.uniform(-0.04, 0.04)];
    this.#folds = Array.from({ length: 4 }, (_, i): Fold => {
      const angle = stream.uniform(-0.9, 0.9) + (i % 2) * Math.PI;
      return {
        direction: [Math.cos(angle), Math.sin(angle)],
        frequency: stream.uniform(7, 22),
        phase: stream.uniform(0, 2 * Math.PI),
        depth: stream.uniform(0.02, 0.075),
      };
    });
  }

  /** The body's outline: seen through the camera only. */
  project(polygon: Polygon): Polygon {
    return subdivide(polygon, LONGEST_EDGE).map((point) => this.#view(point));
  }

  /** What is printed on the shirt: bent around the chest and rippled by the folds as well. */
  projectPrint(polygon: Polygon): Polygon {
    return subdivide(polygon, LONGEST_EDGE).map(([x, y]) => {
      const around = Math.max(-1.45, Math.min(1.45, x / CHEST_RADIUS + this.#yaw));
      let viewed = this.#view([CHEST_RADIUS * (Math.sin(around) - 0.75 * Math.sin(this.#yaw)), y]);
      for (const fold of this.#folds) {
        const shift = 0.055 * fold.depth * Math.sin(phaseAt(fold, viewed));
        viewed = [viewed[0] + fold.direction[0] * shift, viewed[1] + fold.direction[1] * shift];
      }
      return viewed;
    });
  }

  /** Brightness of the cloth at a point of the picture: lit from the upper left, darker in the folds. */
  clothLight(x: number, y: number): number {
    let light = 1.06 - 0.16 * x - 0.12 * y;
    for (const fold of this.#folds) light += fold.depth * Math.cos(phaseAt(fold, [x, y]));
    const side = (x - this.#centre[0]) / (CHEST_RADIUS * this.#scale);
    return light * (1 - 0.3 * Math.min(1, side * side) ** 2);
  }

  #view([x, y]: Point): Point {
    const sheared = x + this.#shear * y;
    const depth = 1 + this.#perspective[0] * x + this.#perspective[1] * y;
    const scale = this.#scale / depth;
    return [
      this.#centre[0] + scale * (this.#cosTilt * sheared - this.#sinTilt * y),
      this.#centre[1] + scale * (this.#sinTilt * sheared + this.#cosTilt * y),
    ];
  }
}

/** Folds wander: their phase bends with the place. */
function phaseAt({ direction, frequency, phase }: Fold, [x, y]: Point): number {
  return phase + frequency * (direction[0] * x + direction[1] * y) + 1.3 * Math.sin(4 * y + 3 * x + phase);
}
