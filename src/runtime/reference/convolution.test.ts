import { expect, test } from "vitest";
import { CONVOLUTIONS, paramsOf } from "../../../test/conformance/cases/convolutions.ts";
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

test.each(CONVOLUTIONS)("a convolution is what its definition says: $name", async (one) => {
  const { input: x, weight: w } = one;
  const graph = new Graph();
  const [image, filters] = [input(graph, "x", "float64", x), input(graph, "w", "float64", w)];
  const y = conv2d(image, filters, undefined, paramsOf(one));
  const session = await referenceRuntime.open({ storages: [] });
  const executable = await session.compile(createProgram({ name: "convolution", outputs: { y } }));
  const [data, weight] = [pattern(sizeOf(x), 0.37), pattern(sizeOf(w), 0.73)];
  const outputs = await executable.run({
    x: hostTensor("float64", x, data),
    w: hostTensor("float64", w, weight),
  });
  const result = toNumbers(outputs.y!.data);
  const expected = byDefinition(data, x, weight, w, fixedShape(y.shape), paramsOf(one));
  expect(result).toHaveLength(expected.length);
  for (const [i, wish] of expected.entries()) expect(result[i]).toBeCloseTo(wish, 11);
});
