// Anti-aliased coverage of polygons: the stencil through which a canvas is painted.
import type { Polygon } from "./outline.ts";

/** How much of each pixel of a square picture a shape covers, 0 to 1, row by row. */
export type Mask = Float32Array;

/** Where the edges cross one line: positions, sorted, and beside each +1 or -1 for the edge's direction. */
interface Crossings {
  readonly positions: number[];
  readonly directions: number[];
}

/** Lines that are sampled in a row of pixels; along x coverage is exact. */
const SUBLINES = 3;

/** Coverage of the union (non-zero winding) of `polygons`, which are given in units of the picture's side. */
export function coverage(polygons: readonly Polygon[], size: number): Mask {
  const lines: Crossings[] = Array.from({ length: size * SUBLINES }, () => ({
    positions: [],
    directions: [],
  }));
  for (const polygon of polygons) {
    let previous = polygon.at(-1)!;
    for (const point of polygon) {
      crossLines(
        lines,
        previous[0] * size,
        previous[1] * lines.length,
        point[0] * size,
        point[1] * lines.length,
      );
      previous = point;
    }
  }
  const mask = new Float32Array(size * size);
  lines.forEach(({ positions, directions }, line) => {
    const row = Math.floor(line / SUBLINES) * size;
    let winding = 0;
    let start = 0;
    for (let i = 0; i < positions.length; i++) {
      if (winding === 0) start = positions[i]!;
      winding += directions[i]!;
      if (winding === 0) coverSpan(mask, row, size, start, positions[i]!);
    }
  });
  return mask;
}

/** Enters the edge from (x0, y0) to (x1, y1), x in pixels and y in lines, into the lines whose middle it crosses. */
function crossLines(lines: readonly Crossings[], x0: number, y0: number, x1: number, y1: number): void {
  const direction = y0 < y1 ? 1 : -1;
  const first = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5));
  const last = Math.min(lines.length, Math.ceil(Math.max(y0, y1) - 0.5));
  for (let line = first; line < last; line++) {
    const { positions, directions } = lines[line]!;
    const x = x0 + ((x1 - x0) * (line + 0.5 - y0)) / (y1 - y0);
    let at = positions.length;
    positions.push(x);
    directions.push(direction);
    for (; at > 0 && positions[at - 1]! > x; at--) {
      positions[at] = positions[at - 1]!;
      directions[at] = directions[at - 1]!;
    }
    positions[at] = x;
    directions[at] = direction;
  }
}

function coverSpan(mask: Mask, row: number, size: number, start: number, end: number): void {
  const from = Math.max(0, start);
  const to = Math.min(size, end);
  for (let x = Math.floor(from); x < to; x++) {
    mask[row + x]! += (Math.min(x + 1, to) - Math.max(x, from)) / SUBLINES;
  }
}

/** The part of `mask` that lies inside `clip`. */
export function intersect(mask: Mask, clip: Mask): Mask {
  const common = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) common[i] = mask[i]! * clip[i]!;
  return common;
}

/** Everything that one of `masks` covers. */
export function union(masks: readonly Mask[]): Mask {
  const whole = Float32Array.from(masks[0]!);
  for (const mask of masks) for (let i = 0; i < mask.length; i++) whole[i] = Math.max(whole[i]!, mask[i]!);
  return whole;
}
