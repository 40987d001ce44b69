// Sliding windows of a convolution written out: one shifted copy of the maps per tap of the kernel.
import type { Pair } from "../../graph/index.ts";
import type { Emitter } from "./emitter.ts";

/** Where a kernel's windows lie: [vertical, horizontal] each. */
export interface WindowGrid {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Positions of the window. */
  readonly positions: Pair;
}

/** Zeros around the last two axes of a 4-D tensor. */
export function padMaps(emit: Emitter, x: string, padding: Pair): string {
  return emit.pad(x, [0, 0, ...padding], [0, 0, ...padding]);
}

/**
 * For every tap of the kernel, in row-major order, what it sees: the last two axes of the padded 4-D tensor
 * `x` sampled at every position of the window.
 */
export function taps(
  emit: Emitter,
  x: string,
  { kernel, stride, dilation, positions }: WindowGrid,
): string[] {
  const [rows, columns] = positions;
  const steps = stride[0] === 1 && stride[1] === 1 ? undefined : stride;
  return Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const top = Math.floor(tap / kernel[1]) * dilation[0];
    const left = (tap % kernel[1]) * dilation[1];
    const bottom = top + (rows - 1) * stride[0] + 1;
    const right = left + (columns - 1) * stride[1] + 1;
    return emit.slice(x, [2, 3], [top, left], [bottom, right], steps);
  });
}
