// A small square canvas of RGB: painting through masks, smooth shading, blur and noise.
import type { RandomStream } from "../core/random.ts";
import type { Mask } from "./mask.ts";

/** Each channel 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

const SHADE_GRID = 24;

/** `size` x `size` pixels, black at first. Values may leave 0 to 255 until the picture is finished. */
export class Canvas {
  readonly size: number;
  /** RGB, row by row, each 0 to 255 once the picture is finished. */
  readonly pixels: Float32Array;

  constructor(size: number) {
    this.size = size;
    this.pixels = new Float32Array(size * size * 3);
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
    for (let y = 0, i = 0; y < size; y++) {
      const v = ((y + 0.5) / size) * SHADE_GRID;
      for (let x = 0; x < size; x++, i++) {
        const share = mask === undefined ? 1 : mask[i]!;
        if (share === 0) continue;
        const factor = 1 + (interpolate(grid, side, ((x + 0.5) / size) * SHADE_GRID, v) - 1) * share;
        for (let c = 0; c < 3; c++) pixels[3 * i + c]! *= factor;
      }
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
  toBytes(): Uint8ClampedArray {
    return Uint8ClampedArray.from(this.pixels);
  }
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

/** Blurs along `size` lines of `size` RGB pixels; edges repeat their last pixel. */
function blurLines(pixels: Float32Array, size: number, step: number, lineStep: number, sigma: number): void {
  const reach = Math.round(2.2 * sigma);
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
