// The fastest pixel kernels this machine runs.
import type { PixelKernels } from "./kernels.ts";
import { scalarKernels } from "./scalar-kernels.ts";
import { createVectorKernels } from "./vector-kernels.ts";

export { type Pass, type PixelKernels, type Region, type Scaling, sizeAfter } from "./kernels.ts";
export { luma } from "./luma.ts";
export { PRECISION_BITS, type Taps } from "./taps.ts";

let chosen: PixelKernels | undefined;

/** The kernels of this thread: WebAssembly with vectors, or plain loops where there is none. */
export function pixelKernels(): PixelKernels {
  chosen ??= createVectorKernels() ?? scalarKernels;
  return chosen;
}
