// Pooling kernels: every window is visited by one walk over its elements.
import { type Shape, sizeOf } from "../../../core/index.ts";
import type { Pool2dParams } from "../../../graph/index.ts";
import type { PoolingOps } from "../../../graph/ops/pooling.ts";
import type { KernelTable } from "../kernel.ts";
import { floats } from "../tensor.ts";

/**
 * For each output element in row-major order, calls `body` with its flat index and the flat indices of its
 * window in the input, row-major, without the padding.
 */
function forEachWindow(
  [images, channels, height, width]: Shape,
  output: Shape,
  { kernel, stride, padding }: Pool2dParams,
  body: (out: number, window: readonly number[]) => void,
): void {
  let out = 0;
  for (let plane = 0; plane < images! * channels!; plane++) {
    for (let oy = 0; oy < output[2]!; oy++) {
      const top = oy * stride[0] - padding[0];
      for (let ox = 0; ox < output[3]!; ox++) {
        const left = ox * stride[1] - padding[1];
        const window: number[] = [];
        for (let y = Math.max(top, 0); y < Math.min(top + kernel[0], height!); y++) {
          for (let x = Math.max(left, 0); x < Math.min(left + kernel[1], width!); x++) {
            window.push((plane * height! + y) * width! + x);
          }
        }
        body(out++, window);
      }
    }
  }
}

/** The first position of the largest element; NaN counts as largest. */
function firstMaximum(x: Float64Array, window: readonly number[]): number {
  let best = window[0]!;
  for (const i of window) if (x[i]! > x[best]! || (Number.isNaN(x[i]) && !Number.isNaN(x[best]))) best = i;
  return best;
}

/** Of equal elements of a window the first is its maximum. */
export const poolingKernels: KernelTable<PoolingOps> = {
  maxPool2d: ([xTensor], params, [type]) => {
    const x = floats(xTensor!);
    const y = new Float64Array(sizeOf(type!.shape));
    forEachWindow(xTensor!.shape, type!.shape, params, (out, window) => {
      y[out] = x[firstMaximum(x, window)]!;
    });
    return [y];
  },
  maxPool2dGrad: ([dyTensor, xTensor], params) => {
    const dy = floats(dyTensor!);
    const x = floats(xTensor!);
    const dx = new Float64Array(x.length);
    forEachWindow(xTensor!.shape, dyTensor!.shape, params, (out, window) => {
      dx[firstMaximum(x, window)]! += dy[out]!;
    });
    return [dx];
  },
  avgPool2d: ([xTensor], params, [type]) => {
    const x = floats(xTensor!);
    const y = new Float64Array(sizeOf(type!.shape));
    const count = params.kernel[0] * params.kernel[1];
    forEachWindow(xTensor!.shape, type!.shape, params, (out, window) => {
      let sum = 0;
      for (const i of window) sum += x[i]!;
      y[out] = sum / count;
    });
    return [y];
  },
  avgPool2dGrad: ([dyTensor], params, [type]) => {
    const dy = floats(dyTensor!);
    const dx = new Float64Array(sizeOf(type!.shape));
    const count = params.kernel[0] * params.kernel[1];
    forEachWindow(type!.shape, dyTensor!.shape, params, (out, window) => {
      for (const i of window) dx[i]! += dy[out]! / count;
    });
    return [dx];
  },
};
