// What a convolution in Winograd's form works on: how its images and weights lie, and how it is cut into tiles.
import type { Span } from "./kernel.ts";

/** Pixels of the result that a tile gives along an axis. */
export const TILE_OUT = 4;
/** Pixels of the operand that it needs for that. */
export const TILE_IN = 6;
/** Products of a tile, one for each pair of points. */
export const POINTS: number = TILE_IN * TILE_IN;

/** An image in memory; bytes between neighbours, and channels that lie side by side (all, or a block). */
export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly imageBytes: number;
  readonly rowBytes: number;
  readonly columnBytes: number;
  readonly block: number;
  readonly blockBytes: number;
}

/** Weights in memory, in blocks in which output channels lie side by side. */
export interface WeightShape {
  readonly rowBytes: number;
  readonly columnBytes: number;
  /** Output channels side by side. */
  readonly block: number;
  readonly blockBytes: number;
  /** Input channels: so many in a block, bytes from one to the next within, and from block to block. */
  readonly inner: number;
  readonly innerBytes: number;
  readonly outerBytes: number;
}

/** A 3x3 convolution with stride 1, or a gradient of one. */
export interface ConvolutionShape {
  readonly direction: "forward" | "input gradient" | "weight gradient";
  readonly images: number;
  /** The convolution's operand, or its gradient. */
  readonly input: ImageShape;
  /** The convolution's result, or its gradient. */
  readonly output: ImageShape;
  readonly weights: WeightShape;
  /** Zeros above and to the left of the operand, 0 to 2. */
  readonly padding: readonly [top: number, left: number];
}

/** Tiles along one axis: what of each lies within operand and result. */
export interface AxisTile {
  /** First pixel of the operand that exists, and which of the six those are. */
  readonly source: number;
  readonly valid: Span;
  /** First pixel of the result, and which of the four exist. */
  readonly target: number;
  readonly kept: Span;
}

/** The tiles along an axis of `size` pixels of the operand, `results` of the result. */
export function axisTiles(size: number, results: number, padding: number): AxisTile[] {
  return Array.from({ length: Math.ceil(results / TILE_OUT) }, (_, tile) => {
    const target = tile * TILE_OUT;
    const first = target - padding;
    const valid: Span = [Math.max(0, -first), Math.max(0, Math.min(TILE_IN, size - first))];
    return {
      source: Math.min(Math.max(first, 0), size - 1),
      valid,
      target,
      kept: [0, Math.min(TILE_OUT, results - target)],
    };
  });
}

/** Byte at which input channel `channel` of the weights begins. */
export function weightOffset({ inner, innerBytes, outerBytes }: WeightShape, channel: number): number {
  return Math.floor(channel / inner) * outerBytes + (channel % inner) * innerBytes;
}
