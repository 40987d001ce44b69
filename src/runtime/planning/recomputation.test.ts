import { expect, test } from "vitest";
import { gradients } from "../../autodiff/index.ts";
import {
  add,
  asBound,
  batchNormTraining,
  conv2d,
  createProgram,
  Graph,
  input,
  mul,
  reduceSum,
  relu,
  type Value,
} from "../../graph/index.ts";
import { fuse } from "./fusion.ts";
import { recomputedValues } from "./recomputation.ts";

/** Two activations, each in front of a convolution; the second is also added to that one's result. */
function activations(isResult: boolean): { first: Value; second: Value; recomputed: ReadonlySet<Value> } {
  const graph = new Graph();
  const [w0, w1, w2] = [0, 1, 2].map((i) => input(graph, `w${i}`, "float32", [16, 16, 3, 3])) as Value[];
  const [scale, shift] = [0, 1].map((i) => input(graph, `p${i}`, "float32", [16])) as [Value, Value];
  const padding = { padding: [1, 1] } as const;
  const activated = (x: Value, weight: Value): Value =>
    relu(batchNormTraining(conv2d(x, weight, undefined, padding), scale, shift, 1e-5)[0]);
  const first = activated(input(graph, "x", "float32", [4, 16, 8, 8]), w0!);
  const second = activated(first, w1!);
  const y = add(conv2d(second, w2!, undefined, padding), second);
  const loss = reduceSum(mul(y, y));
  const [d0, d1, d2] = gradients(loss, [w0!, w1!, w2!]) as Value[];
  const program = asBound(
    createProgram({
      name: "block",
      outputs: { loss, d0: d0!, d1: d1!, d2: d2!, ...(isResult ? { first } : {}) },
    }),
  );
  return {
    first,
    second,
    recomputed: recomputedValues(
      program,
      fuse(program, () => true),
    ),
  };
}

test("an activation that only convolutions read is made again for the weight gradient", () => {
  const { first, second, recomputed } = activations(false);
  expect(recomputed.has(first)).toBe(true);
  expect(recomputed.has(second)).toBe(false);
});

test("an activation that is a result is kept", () => {
  expect(activations(true).recomputed.size).toBe(0);
});
