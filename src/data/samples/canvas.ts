// A small square canvas: anti-aliased polygons, soft fields, blur and noise on 8-bit-range RGB.
import type { RandomStream } from "../../core/random.ts";
import type { Polygon } from "./outline.ts";

export type Colour = readonly [red: number, green: number, blue: number];

/** How much of each pixel a shape covers, 0 to 1, row by row. */
export type Mask = Float32Array;

interface Crossing {
  readonly x: number;
  readonly direction: number;
}

const SUBLINES = 4;
const SHADE_GRID = 24;

export class Canvas {
  readonly size: number;
  /** RGB, row by row, each 0 to 255 once the picture is finished. */
  readonly pixels: Float32Array;

  constructor(size: number) {
    this.size = size;
    this.pixels = new Float32Array(size * size * 3);
  }

  /**
   * Coverage of the union (non-zero winding) of `polygons`, given in units of the picture's side. Exact along x,
   * four samples along y.
   */
  mask(polygons: readonly Polygon[]): Mask {
    const { size } = this;
    const crossings = this.#crossings(polygons);
    const mask = new Float32Array(size * size);
    crossings.forEach((line, subline) => {
      const row = Math.floor(subline / SUBLINES) * size;
      line.sort((a, b) => a.x - b.x);
      let winding = 0;
      let start = 0;
      for (const { x, direction } of line) {
        if (winding === 0) start = x;
        winding += direction;
        if (winding === 0) coverSpan(mask, row, size, start, x);
      }
    });
    return mask;
  }

  /** Where the edges cross the middle of each subline, with the direction of the crossing. */
  #crossings(polygons: readonly Polygon[]): Crossing[][] {
    const lines = this.size * SUBLINES;
    const crossings: Crossing[][] = Array.from({ length: lines }, () => []);
    for (const polygon of polygons) {
      let [x0, y0] = polygon.at(-1)!;
      for (const [x1, y1] of polygon) {
        const [top, bottom, direction] = y0 < y1 ? [y0, y1, 1] : [y1, y0, -1];
        const first = Math.max(0, Math.ceil(top * lines - 0.5));
        const last = Math.min(lines - 1, Math.ceil(bottom * lines - 0.5) - 1);
        for (let line = first; line <= last; line++) {
          const t = ((line + 0.5) / lines - y0) / (y1 - y0);
          crossings[line]!.push({ x: (x0 + (x1 - x0) * t) * this.size, direction });
        }
        [x0, y0] = [x1, y1];
      }
    }
    return crossings;
  }

  /** Paints `colour` where `mask` covers. */
  paint(mask: Mask, colour: Colour, opacity = 1): void {
    const { pixels } = this;
    for (let i = 0; i < mask.length; i++) {
      const share = mask[i]! * opacity;
      if (share === 0) continue;
      for (let c = 0; c < 3; c++) pixels[3 * i + c]! += (colour[c]! - pixels[3 * i + c]!) * share;
    }
  }

  /** Replaces every pixel by `colourAt(x, y)`, x and y in units of the picture's side. */
  fill(colourAt: (x: number, y: number) => Colour): void {
    const { size, pixels } = this;
    for (let i = 0; i < size * size; i++) {
      pixels.set(colourAt(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size), 3 * i);
    }
  }

  /** Covers this canvas with `other`, enlarged (bilinear). */
  fillWith(other: Canvas): void {
    const { size, pixels } = this;
    for (let i = 0; i < size * size; i++) {
      const u = (((i % size) + 0.5) / size) * other.size - 0.5;
      const v = ((Math.floor(i / size) + 0.5) / size) * other.size - 0.5;
      for (let c = 0; c < 3; c++) pixels[3 * i + c] = interpolate(other.pixels, other.size, u, v, 3, c);
    }
  }

  /**
   * Multiplies the pixels under `mask` (all of them without one) by `factorAt(x, y)`, a smooth function: it is
   * evaluated on a coarse grid and interpolated.
   */
  shade(factorAt: (x: number, y: number) => number, mask?: Mask): void {
    const { size, pixels } = this;
    const side = SHADE_GRID + 1;
    const grid = Float32Array.from({ length: side * side }, (_, i) =>
      factorAt((i % side) / SHADE_GRID, Math.floor(i / side) / SHADE_GRID),
    );
    for (let i = 0; i < size * size; i++) {
      const share = mask === undefined ? 1 : mask[i]!;
      if (share === 0) continue;
      const u = (((i % size) + 0.5) / size) * SHADE_GRID;
      const v = ((Math.floor(i / size) + 0.5) / size) * SHADE_GRID;
      const factor = 1 + (interpolate(grid, side, u, v) - 1) * share;
      for (let c = 0; c < 3; c++) pixels[3 * i + c]! *= factor;
    }
  }

  /** Gaussian blur with standard deviations in pixels; unequal ones look like camera movement. */
  blur(sigmaX: number, sigmaY: number): void {
    const { size, pixels } = this;
    blurLines(pixels, size, 3, size * 3, sigmaX);
    blurLines(pixels, size, size * 3, 3, sigmaY);
  }

  /** Adds sensor noise of about `deviation` to the brightness and a third of that to each channel. */
  addNoise(stream: RandomStream, deviation: number): void {
    const { pixels } = this;
    for (let i = 0; i < pixels.length; i += 3) {
      const word = stream.uint32();
      const grey = ((word & 255) + ((word >>> 8) & 255) - 255) / 104;
      pixels[i]! += deviation * (grey + (((word >>> 16) & 255) - 127.5) / 222);
      pixels[i + 1]! += deviation * grey;
      pixels[i + 2]! += deviation * (grey + ((word >>> 24) - 127.5) / 222);
    }
  }

  /** The picture as 8-bit RGB. */
  toBytes(): Uint8Array {
    return Uint8Array.from(Uint8ClampedArray.from(this.pixels));
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

/**
 * Bilinear interpolation in a `side` x `side` grid whose values lie at whole coordinates, each of `channels` numbers;
 * outside, its edge goes on.
 */
function interpolate(
  grid: Float32Array,
  side: number,
  u: number,
  v: number,
  channels = 1,
  channel = 0,
): number {
  const x = Math.min(side - 1, Math.max(0, u));
  const y = Math.min(side - 1, Math.max(0, v));
  const left = Math.min(side - 2, Math.floor(x));
  const top = Math.min(side - 2, Math.floor(y));
  const at = (top * side + left) * channels + channel;
  const below = at + side * channels;
  const upper = grid[at]! + (grid[at + channels]! - grid[at]!) * (x - left);
  const lower = grid[below]! + (grid[below + channels]! - grid[below]!) * (x - left);
  return upper + (lower - upper) * (y - top);
}

function coverSpan(mask: Mask, row: number, size: number, start: number, end: number): void {
  const from = Math.max(0, start);
  const to = Math.min(size, end);
  for (let x = Math.floor(from); x < to; x++) {
    mask[row + x]! += (Math.min(x + 1, to) - Math.max(x, from)) / SUBLINES;
  }
}

/** Blurs along `size` lines of `size` RGB pixels; edges repeat their last pixel. */
function blurLines(pixels: Float32Array, size: number, step: number, lineStep: number, sigma: number): void {
  const reach = Math.ceil(2.5 * sigma);
  if (reach === 0) return;
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight);
  const line = new Float64Array(size + 2 * reach);
  for (let start = 0; start < size * lineStep; start += lineStep) {
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < line.length; i++) {
        line[i] = pixels[start + c + Math.min(size - 1, Math.max(0, i - reach)) * step]!;
      }
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * line[i + k]!;
        pixels[start + c + i * step] = sum / total;
      }
    }
  }
}
