// Every way a convolution and its gradients are lowered, against the oracle: shapes are chosen to reach each.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostTensor, RandomStream, type Shape, sizeOf, toNumbers } from "../../core/index.ts";
import {
  type Conv2dParams,
  conv2d,
  createProgram,
  fixedShape,
  Graph,
  input,
  type Program,
} from "../../graph/index.ts";
import type { Session } from "../contract.ts";
import { referenceRuntime } from "../reference/index.ts";
import { onnxRuntime } from "./index.ts";

interface ConvolutionCase extends Partial<Conv2dParams> {
  readonly name: string;
  readonly x: Shape;
  readonly weight: Shape;
}

const CASES: readonly ConvolutionCase[] = [
  { name: "large maps: rows and columns", x: [2, 8, 22, 22], weight: [8, 8, 3, 3], padding: [1, 1] },
  { name: "large maps, oblong kernel", x: [2, 8, 21, 24], weight: [4, 8, 2, 5], padding: [0, 2] },
  { name: "large maps, dilated", x: [1, 8, 26, 26], weight: [4, 8, 3, 3], padding: [1, 2], dilation: [2, 2] },
  { name: "large maps, groups", x: [2, 16, 22, 22], weight: [8, 8, 3, 3], padding: [1, 1], groups: 2 },
  { name: "large maps, stride 2", x: [2, 8, 43, 44], weight: [8, 8, 3, 3], padding: [1, 1], stride: [2, 2] },
  { name: "large maps, 1x1", x: [2, 8, 21, 21], weight: [16, 8, 1, 1] },
  { name: "small maps stacked", x: [3, 8, 5, 5], weight: [32, 8, 3, 3], padding: [1, 1] },
  {
    name: "small maps stacked, stride 2",
    x: [3, 8, 7, 9],
    weight: [32, 8, 3, 3],
    padding: [1, 1],
    stride: [2, 2],
  },
  {
    name: "small maps stacked, stride 2, no padding",
    x: [2, 8, 8, 8],
    weight: [32, 8, 1, 1],
    stride: [2, 2],
  },
  { name: "small maps stacked, no padding", x: [3, 8, 5, 6], weight: [32, 8, 3, 2] },
  {
    name: "small maps stacked, dilated",
    x: [2, 8, 9, 9],
    weight: [40, 8, 3, 3],
    padding: [2, 1],
    dilation: [2, 2],
  },
  {
    name: "small maps with more padding than the kernel sees",
    x: [2, 8, 3, 3],
    weight: [64, 8, 1, 1],
    padding: [1, 1],
  },
  {
    name: "few channels, large kernel, stride 2",
    x: [2, 3, 31, 32],
    weight: [16, 3, 7, 7],
    padding: [3, 3],
    stride: [2, 2],
  },
  { name: "few channels, stride leaves a rest", x: [2, 3, 12, 13], weight: [4, 3, 3, 3], stride: [3, 3] },
  {
    name: "few channels, dilated",
    x: [2, 1, 12, 12],
    weight: [4, 1, 3, 3],
    padding: [1, 1],
    dilation: [2, 3],
  },
  { name: "one channel a group", x: [2, 6, 8, 8], weight: [12, 1, 3, 3], padding: [1, 1], groups: 6 },
];

function draw(shape: Shape, purpose: string): HostTensor<"float32"> {
  const random = new RandomStream(11, purpose);
  return {
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  };
}

/** y, and the gradients of x and weight for a gradient dy of y. */
function programOf(one: ConvolutionCase): { program: Program; inputs: Record<string, HostTensor> } {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1 } = one;
  const params: Conv2dParams = { stride, padding, dilation, groups };
  const graph = new Graph();
  const x = input(graph, "x", "float32", one.x);
  const weight = input(graph, "weight", "float32", one.weight);
  const y = conv2d(x, weight, undefined, params);
  const dy = input(graph, "dy", "float32", y.shape);
  const [dx] = graph.append("conv2dInputGrad", [dy, weight], { ...params, inputShape: one.x });
  const [dw] = graph.append("conv2dWeightGrad", [x, dy], { ...params, weightShape: one.weight });
  return {
    program: createProgram({ name: one.name, outputs: { y, dx: dx!, dw: dw! } }),
    inputs: { x: draw(one.x, "x"), weight: draw(one.weight, "weight"), dy: draw(fixedShape(y.shape), "dy") },
  };
}

describe("convolution", () => {
  let session: Session;
  let oracle: Session;
  beforeAll(async () => {
    [session, oracle] = await Promise.all([
      onnxRuntime.open({ storages: [] }),
      referenceRuntime.open({ storages: [] }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([session.dispose(), oracle.dispose()]);
  });

  test.each(CASES)("$name", async (one) => {
    const { program, inputs } = programOf(one);
    const [actual, expected] = await Promise.all(
      [session, oracle].map(async (runtime) => (await runtime.compile(program)).run(inputs)),
    );
    for (const name of ["y", "dx", "dw"]) {
      const wanted = toNumbers(expected![name]!.data);
      const largest = Math.max(...wanted.map(Math.abs));
      const worst = Math.max(
        ...toNumbers(actual![name]!.data).map((value, i) => Math.abs(value - wanted[i]!)),
      );
      expect(actual![name]!.shape).toEqual(expected![name]!.shape);
      expect(worst / largest, name).toBeLessThan(3e-6);
    }
  });
});
