import { expect, test } from "vitest";
import { float32, toNumbers } from "../../core/index.ts";
import { avgPool2d, createProgram, Graph, input, maxPool2d, type Value } from "../../graph/index.ts";
import { referenceRuntime } from "./runtime.ts";

const WINDOW = { kernel: [2, 2], stride: [1, 1], padding: [0, 0] } as const;

async function evaluate(
  build: (x: Value) => Value,
  height: number,
  width: number,
  x: number[],
): Promise<number[]> {
  const y = build(input(new Graph(), "x", "float32", [1, 1, height, width]));
  const session = await referenceRuntime.open({ storages: [] });
  const executable = await session.compile(createProgram({ name: "pooling", outputs: { y } }));
  const outputs = await executable.run({ x: float32([1, 1, height, width], x) });
  return toNumbers(outputs.y!.data);
}

test("the gradient of tied maxima goes to the first in row-major order", async () => {
  const gradient = (x: Value): Value => {
    const y = maxPool2d(x, WINDOW);
    return x.node.graph.append("maxPool2dGrad", [y, x, y], WINDOW)[0]!;
  };
  // Both windows hold 5 three times; the first one's is at (0, 1), which is the second one's first too.
  expect(await evaluate(gradient, 2, 3, [1, 5, 5, 5, 5, 2])).toEqual([0, 10, 0, 0, 0, 0]);
});

test("padding is -infinity for a maximum, zeros that count for an average", async () => {
  const padded = { kernel: [2, 2], stride: [2, 2], padding: [1, 1] } as const;
  expect(await evaluate((x) => maxPool2d(x, padded), 2, 2, [-1, -2, -3, -4])).toEqual([-1, -2, -3, -4]);
  expect(await evaluate((x) => avgPool2d(x, padded), 2, 2, [4, 8, 12, 16])).toEqual([1, 2, 3, 4]);
});

test("NaN is the largest", async () => {
  expect(await evaluate((x) => maxPool2d(x, WINDOW), 2, 2, [1, Number.NaN, 3, 4])).toEqual([Number.NaN]);
});
