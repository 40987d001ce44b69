// The eight ways to lay a square picture: turned by quarters, and mirrored.
import type { Frame } from "./frame.ts";

/**
 * Bit 2 swaps x and y, then bit 0 mirrors x and bit 1 mirrors y; 0 leaves all as it is.
 */
export type Orientation = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** All eight, the picture as it is first. */
export const ORIENTATIONS: readonly Orientation[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Where a frame lies once its picture is laid in another way. */
export function orientFrame({ left, top, right, bottom }: Frame, orientation: Orientation): Frame {
  let [x, y]: [Span, Span] = [
    [left, right],
    [top, bottom],
  ];
  if ((orientation & 4) !== 0) [x, y] = [y, x];
  if ((orientation & 1) !== 0) x = mirrored(x);
  if ((orientation & 2) !== 0) y = mirrored(y);
  return { left: x[0], top: y[0], right: x[1], bottom: y[1] };
}

type Span = readonly [number, number];

const mirrored = ([from, to]: Span): Span => [1 - to, 1 - from];

/** A square picture of any samples, `channels` of them a pixel, laid in another way. */
export function orient<T extends Float32Array | Uint8Array>(
  pixels: T,
  side: number,
  channels: number,
  orientation: Orientation,
): T {
  if (orientation === 0) return pixels;
  const laid = pixels.slice() as T;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let [fromX, fromY] = [x, y];
      if ((orientation & 1) !== 0) fromX = side - 1 - fromX;
      if ((orientation & 2) !== 0) fromY = side - 1 - fromY;
      if ((orientation & 4) !== 0) [fromX, fromY] = [fromY, fromX];
      for (let channel = 0; channel < channels; channel++) {
        laid[(y * side + x) * channels + channel] = pixels[(fromY * side + fromX) * channels + channel]!;
      }
    }
  }
  return laid;
}
