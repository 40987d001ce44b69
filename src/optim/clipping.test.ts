import { expect, test } from "vitest";
import { float32, toNumbers } from "../core/index.ts";
import { constant, createProgram, Graph, type Value } from "../graph/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { clipGradients, type GradientClipping, globalNorm } from "./clipping.ts";

async function clip(clipping: GradientClipping, ...gradients: readonly number[][]): Promise<number[][]> {
  const graph = new Graph();
  const values = gradients.map((elements): Value => constant(graph, float32([elements.length], elements)));
  const norm = globalNorm(values);
  const outputs = Object.fromEntries(
    clipGradients(values, norm, clipping).map((value, i) => [`g${i}`, value]),
  );
  const session = await referenceRuntime.open({ storages: [] });
  const executable = await session.compile(createProgram({ name: "clip", outputs: { ...outputs, norm } }));
  const results = await executable.run({});
  return [...gradients.keys()]
    .map((i) => `g${i}`)
    .concat("norm")
    .map((name) => toNumbers(results[name]!.data));
}

// The values are torch's clip_grad_norm_.
test("by norm: times limit / (norm + 1e-6), over all gradients together", async () => {
  const [a, b, norm] = await clip({ algorithm: "norm", limit: 1 }, [3], [4]);
  expect(a![0]).toBeCloseTo(0.6 * (1 - 2e-7), 12);
  expect(b![0]).toBeCloseTo(0.8 * (1 - 2e-7), 12);
  expect(norm).toEqual([5]);
});

test("by norm: a norm at the limit shrinks by 1e-6, a smaller one not at all", async () => {
  const [atLimit] = await clip({ algorithm: "norm", limit: 1 }, [0.6, 0.8].map(Math.fround));
  expect(atLimit![1]! / Math.fround(0.8)).toBeCloseTo(1 - 1e-6, 7);
  expect(atLimit![1]! / Math.fround(0.8)).toBeLessThan(1);
  const [below] = await clip({ algorithm: "norm", limit: 1 }, [0.25, 0.5]);
  expect(below).toEqual([0.25, 0.5]);
});

test("by norm: an infinite gradient is not hidden", async () => {
  const [clipped, norm] = await clip({ algorithm: "norm", limit: 1 }, [Number.POSITIVE_INFINITY, 1]);
  expect(clipped).toEqual([Number.NaN, 0]);
  expect(norm).toEqual([Number.POSITIVE_INFINITY]);
});

test("by value: each element into [-limit, limit]; the norm is that before", async () => {
  const [clipped, norm] = await clip({ algorithm: "value", limit: 2 }, [-3, 4, 1, -2]);
  expect(clipped).toEqual([-2, 2, 1, -2]);
  expect(norm![0]).toBeCloseTo(Math.sqrt(30), 12);
});
