import { expect, test } from "vitest";
import { hostTensor, type Shape, sizeOf, toNumbers } from "../../core/index.ts";
import { type Conv2dParams, conv2d, createProgram, fixedShape, Graph, input } from "../../graph/index.ts";
import { referenceRuntime } from "./runtime.ts";

/** The definition, without any cleverness: y[n, o, i, j] = sum over c, ky, kx. */
function byDefinition(
  x: Float64Array,
  input: Shape,
  w: Float64Array,
  weight: Shape,
  output: Shape,
  params: Conv2dParams,
) {
  const [channels, height, width] = input.slice(1) as [number, number, number];
  const [outChannels, inChannels, kernelHeight, kernelWidth] = weight as [number, number, number, number];
  const { stride, padding, dilation, groups } = params;
  const y: number[] = [];
  for (let n = 0; n < output[0]!; n++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / (outChannels / groups)) * inChannels;
      for (let i = 0; i < output[2]!; i++) {
        for (let j = 0; j < output[3]!; j++) {
          let sum = 0;
          for (let c = 0; c < inChannels; c++) {
            for (let ky = 0; ky < kernelHeight; ky++) {
              for (let kx = 0; kx < kernelWidth; kx++) {
                const row = i * stride[0] - padding[0] + ky * dilation[0];
                const column = j * stride[1] - padding[1] + kx * dilation[1];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const source = ((n * channels + firstChannel + c) * height + row) * width + column;
                sum += x[source]! * w[((o * inChannels + c) * kernelHeight + ky) * kernelWidth + kx]!;
              }
            }
          }
          y.push(sum);
        }
      }
    }
  }
  return y;
}

function pattern(length: number, step: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(1 + i * step));
}

const CASES: readonly (Partial<Conv2dParams> & { name: string; x: Shape; w: Shape })[] = [
  { name: "plain", x: [2, 3, 6, 5], w: [4, 3, 3, 2] },
  { name: "padded, strided", x: [2, 3, 7, 8], w: [5, 3, 3, 3], stride: [2, 1], padding: [1, 2] },
  { name: "dilated", x: [1, 2, 9, 9], w: [3, 2, 3, 3], dilation: [2, 3], padding: [1, 0] },
  { name: "in groups", x: [2, 6, 5, 5], w: [9, 2, 3, 3], groups: 3, padding: [1, 1], stride: [2, 2] },
];

test.each(CASES)(
  "a convolution is what its definition says: $name",
  async ({ x, w, name: _, ...options }) => {
    const graph = new Graph();
    const y = conv2d(input(graph, "x", "float64", x), input(graph, "w", "float64", w), undefined, options);
    const session = await referenceRuntime.open({ storages: [] });
    const executable = await session.compile(createProgram({ name: "convolution", outputs: { y } }));
    const [data, weight] = [pattern(sizeOf(x), 0.37), pattern(sizeOf(w), 0.73)];
    const outputs = await executable.run({
      x: hostTensor("float64", x, data),
      w: hostTensor("float64", w, weight),
    });
    const result = toNumbers(outputs.y!.data);
    const expected = byDefinition(data, x, weight, w, fixedShape(y.shape), y.node.params as Conv2dParams);
    expect(result).toHaveLength(expected.length);
    for (const [i, wish] of expected.entries()) expect(result[i]).toBeCloseTo(wish, 11);
  },
);
