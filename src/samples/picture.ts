// One sample picture: a player in front of a backdrop, photographed with all that a hurried camera does.
import { RandomStream } from "../core/random.ts";
import { drawBackdrop } from "./backdrop.ts";
import { Camera } from "./camera.ts";
import { Canvas } from "./canvas.ts";
import { drawKit } from "./kit.ts";
import type { Outfit } from "./outfit.ts";
import { drawPlayer } from "./player.ts";

/** A picture before it is encoded. */
export interface SamplePicture {
  readonly canvas: Canvas;
  /** JPEG quality, 1 to 100, that a camera or a video stream of this kind would give. */
  readonly jpegQuality: number;
}

/**
 * Draws the picture that belongs to (seed, name): a player with `number` on the shirt, `size` pixels wide and high.
 * Colours, pattern, typeface, pose, folds, focus, noise and compression vary.
 */
export function drawJersey(number: string, size: number, seed: number, name: string): SamplePicture {
  const stream = streamOf(seed, name);
  const canvas = new Canvas(size);
  drawBackdrop(canvas, stream);
  drawPlayer(canvas, new Camera(stream), drawKit(stream), number, stream);
  return develop(canvas, stream);
}

/**
 * Draws the picture that belongs to (seed, name): a player who wears `outfit`, or a place without any player. The rest
 * varies as for `drawJersey`.
 */
export function drawShirt(
  outfit: Outfit | undefined,
  size: number,
  seed: number,
  name: string,
): SamplePicture {
  const stream = streamOf(seed, name);
  const canvas = new Canvas(size);
  drawBackdrop(canvas, stream, outfit === undefined);
  if (outfit !== undefined) drawPlayer(canvas, new Camera(stream), outfit.kit, outfit.number, stream);
  return develop(canvas, stream);
}

const streamOf = (seed: number, name: string): RandomStream => new RandomStream(seed, `sample:${name}`);

/** Exposure, vignette, focus or movement, sensor noise; and the quality of its JPEG. */
function develop(canvas: Canvas, stream: RandomStream): SamplePicture {
  const exposure = stream.uniform(0.78, 1.15);
  const vignette = stream.uniform(0, 0.5);
  canvas.shade((x, y) => exposure * (1 - vignette * ((x - 0.5) ** 2 + (y - 0.5) ** 2)));
  const focus = (stream.uniform(0, 0.9) ** 2 * canvas.size) / 64;
  const movement = stream.float() < 0.2 ? (stream.uniform(0.3, 0.9) * canvas.size) / 64 : 0;
  if (stream.float() < 0.5) canvas.blur(focus + movement, focus);
  else canvas.blur(focus, focus + movement);
  canvas.addNoise(stream, stream.uniform(1, 9));
  return { canvas, jpegQuality: Math.round(stream.uniform(38, 94)) };
}
