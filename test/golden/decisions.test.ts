import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { hostTensor, type Shape, toNumbers } from "../../src/core/index.ts";
import {
  createProgram,
  Graph,
  input,
  maxPool2d,
  reduceSum,
  relu,
  type Value,
} from "../../src/graph/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Decided, type Decisions, expectRounding, following, observed } from "./decisions.ts";

/** The gradient of the sum of f(x). */
async function slope(
  runtime: Runtime,
  f: (x: Value) => Value,
  shape: Shape,
  numbers: number[],
): Promise<number[]> {
  const x = input(new Graph(), "x", "float32", shape);
  const [gradient] = gradients(reduceSum(f(x)), [x]);
  const session = await runtime.open({ storages: [] });
  const executable = await session.compile(
    createProgram({ name: "slope", outputs: { gradient: gradient! } }),
  );
  const results = await executable.run({ x: hostTensor("float64", shape, Float64Array.from(numbers)) });
  return toNumbers(results.gradient!.data);
}

/** The oracle's slope at `own` with the decisions of a runtime that rounded `own` to `theirs`. */
async function followed(f: (x: Value) => Value, shape: Shape, own: number[], theirs: number[]) {
  const decided: Decisions[] = [];
  await slope(observed(referenceRuntime, decided), f, shape, theirs);
  const check = (one: Decided): void => expectRounding(one, 1e-6);
  return slope(following(referenceRuntime, decided, check), f, shape, own);
}

test("a ReLU within rounding of zero takes the runtime's side, either way", async () => {
  expect(await slope(referenceRuntime, relu, [4], [-1e-8, 1e-8, 1, -1])).toEqual([0, 1, 1, 0]);
  expect(await followed(relu, [4], [-1e-8, 1e-8, 1, -1], [1e-8, -1e-8, 1, -1])).toEqual([1, 0, 1, 0]);
});

test("a side that rounding cannot explain is refused, even if the result is near", async () => {
  await expect(followed(relu, [2], [1, -1], [1, 1e-9])).rejects.toThrow(
    "element 1 is 1e-9, the oracle's -1;",
  );
  await expect(followed(relu, [2], [1, -1], [-1e-9, -1])).rejects.toThrow("element 0 is 0, the oracle's 1;");
});

test("the gradient of a maximum goes where the runtime saw it", async () => {
  const pool = (x: Value): Value => maxPool2d(x, { kernel: [2, 2], stride: [2, 2], padding: [0, 0] });
  const [own, theirs] = [
    [1, 1.0000001, 0, 0],
    [1.0000001, 1, 0, 0],
  ];
  expect(await slope(referenceRuntime, pool, [1, 1, 2, 2], own!)).toEqual([0, 1, 0, 0]);
  expect(await followed(pool, [1, 1, 2, 2], own!, theirs!)).toEqual([1, 0, 0, 0]);
});
