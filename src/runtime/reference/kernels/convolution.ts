// Convolution and its gradients as matrix products over patches, and the matrix product itself.
import { type Shape, sizeOf } from "../../../core/index.ts";
import type { Conv2dParams } from "../../../graph/index.ts";
import type { ConvolutionOps } from "../../../graph/ops/convolution.ts";
import type { KernelTable } from "../kernel.ts";
import { multiplyTransposed, transposed } from "../matrix.ts";
import { floats } from "../tensor.ts";

/** The sizes of one group of a convolution: P output positions, K weights per output channel. */
interface Sizes {
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: readonly [number, number];
  /** Channels of a group. */
  readonly inChannels: number;
  readonly outChannels: number;
  /** N * H' * W' */
  readonly positions: number;
  /** C / groups * kH * kW */
  readonly taps: number;
}

function sizesOf(input: Shape, weight: Shape, output: Shape, { groups }: Conv2dParams): Sizes {
  const [outChannels, inChannels, kernelHeight, kernelWidth] = weight as [number, number, number, number];
  return {
    input,
    output,
    kernel: [kernelHeight, kernelWidth],
    inChannels,
    outChannels: outChannels / groups,
    positions: output[0]! * output[2]! * output[3]!,
    taps: inChannels * kernelHeight * kernelWidth,
  };
}

/** Calls `body` with the flat index of every element of the patch matrix [P, K] that lies inside the input, and that input element's. */
function forEachPatchElement(
  { input, output, kernel, inChannels, taps }: Sizes,
  { stride, padding, dilation }: Conv2dParams,
  group: number,
  body: (patchIndex: number, inputIndex: number) => void,
): void {
  const [images, channels, height, width] = input as [number, number, number, number];
  let row = 0;
  for (let n = 0; n < images; n++) {
    for (let oy = 0; oy < output[2]!; oy++) {
      for (let ox = 0; ox < output[3]!; ox++, row += taps) {
        let column = row;
        for (let c = 0; c < inChannels; c++) {
          const plane = (n * channels + group * inChannels + c) * height;
          for (let ky = 0; ky < kernel[0]; ky++) {
            const y = oy * stride[0] - padding[0] + ky * dilation[0];
            for (let kx = 0; kx < kernel[1]; kx++, column++) {
              const x = ox * stride[1] - padding[1] + kx * dilation[1];
              if (y >= 0 && y < height && x >= 0 && x < width) body(column, (plane + y) * width + x);
            }
          }
        }
      }
    }
  }
}

/** The input elements under the kernel at every output position, zeros in the padding: [P, K]. */
function patchesOf(x: Float64Array, sizes: Sizes, params: Conv2dParams, group: number): Float64Array {
  const patches = new Float64Array(sizes.positions * sizes.taps);
  forEachPatchElement(sizes, params, group, (p, i) => {
    patches[p] = x[i]!;
  });
  return patches;
}

/** Calls `body` with the flat index in a group's [O, P] and the flat index in the output [N, O, H', W']. */
function forEachOutputElement(
  { output, outChannels, positions }: Sizes,
  group: number,
  body: (matrixIndex: number, outputIndex: number) => void,
): void {
  const plane = output[2]! * output[3]!;
  for (let o = 0; o < outChannels; o++) {
    for (let p = 0; p < positions; p++) {
      const channel = Math.floor(p / plane) * output[1]! + group * outChannels + o;
      body(o * positions + p, channel * plane + (p % plane));
    }
  }
}

/** A group's part of an output gradient as [O, P]. */
function outputMatrix(dy: Float64Array, sizes: Sizes, group: number): Float64Array {
  const matrix = new Float64Array(sizes.outChannels * sizes.positions);
  forEachOutputElement(sizes, group, (m, i) => {
    matrix[m] = dy[i]!;
  });
  return matrix;
}

/** A group's weight as [O, K]. */
function weightMatrix(weight: Float64Array, { outChannels, taps }: Sizes, group: number): Float64Array {
  return weight.subarray(group * outChannels * taps, (group + 1) * outChannels * taps);
}

/** All sums are float64. */
export const convolutionKernels: KernelTable<ConvolutionOps> = {
  conv2d: ([x, weight, bias], params, [type]) => {
    const sizes = sizesOf(x!.shape, weight!.shape, type!.shape, params);
    const { outChannels, positions, taps } = sizes;
    const y = new Float64Array(positions * outChannels * params.groups);
    for (let group = 0; group < params.groups; group++) {
      const weights = weightMatrix(floats(weight!), sizes, group);
      const patches = patchesOf(floats(x!), sizes, params, group);
      const product = multiplyTransposed(weights, patches, outChannels, taps, positions);
      forEachOutputElement(sizes, group, (m, i) => {
        const channel = group * outChannels + Math.floor(m / positions);
        y[i] = product[m]! + (bias === undefined ? 0 : floats(bias)[channel]!);
      });
    }
    return [y];
  },
  conv2dInputGrad: ([dy, weight], params, [type]) => {
    const sizes = sizesOf(type!.shape, weight!.shape, dy!.shape, params);
    const { outChannels, positions, taps, inChannels, input } = sizes;
    const dx = new Float64Array(input[0]! * inChannels * params.groups * input[2]! * input[3]!);
    for (let group = 0; group < params.groups; group++) {
      const weights = transposed(weightMatrix(floats(weight!), sizes, group), outChannels, taps);
      const gradient = transposed(outputMatrix(floats(dy!), sizes, group), outChannels, positions);
      const patches = multiplyTransposed(gradient, weights, positions, outChannels, taps);
      forEachPatchElement(sizes, params, group, (p, i) => {
        dx[i]! += patches[p]!;
      });
    }
    return [dx];
  },
  conv2dWeightGrad: ([x, dy], params, [type]) => {
    const sizes = sizesOf(x!.shape, type!.shape, dy!.shape, params);
    const { outChannels, positions, taps } = sizes;
    const dWeight = new Float64Array(outChannels * params.groups * taps);
    for (let group = 0; group < params.groups; group++) {
      const patches = transposed(patchesOf(floats(x!), sizes, params, group), positions, taps);
      const gradient = outputMatrix(floats(dy!), sizes, group);
      const product = multiplyTransposed(gradient, patches, outChannels, positions, taps);
      dWeight.set(product, group * outChannels * taps);
    }
    return [dWeight];
  },
  matmul: ([a, b], { transposeA, transposeB }, [type]) => {
    const [m, n] = type!.shape.slice(-2) as [number, number];
    const k = a!.shape.at(transposeA ? -2 : -1)!;
    const result = new Float64Array(sizeOf(type!.shape));
    for (let i = 0; i * m * n < result.length; i++) {
      const left = floats(a!).subarray(i * m * k, (i + 1) * m * k);
      const right = floats(b!).subarray(i * k * n, (i + 1) * k * n);
      const rows = transposeA ? transposed(left, k, m) : left;
      const columns = transposeB ? right : transposed(right, k, n);
      result.set(multiplyTransposed(rows, columns, m, k, n), i * m * n);
    }
    return [result];
  },
};
