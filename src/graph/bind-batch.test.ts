import { describe, expect, test } from "vitest";
import { asBound, bindBatch, isBound } from "./bind-batch.ts";
import {
  add,
  batchNormTraining,
  broadcastTo,
  concat,
  countAlong,
  div,
  flatten,
  input,
  mul,
  pad,
  reduceMean,
  reduceSum,
  reshape,
  slice,
  sub,
} from "./build.ts";
import type { Dim, Dims } from "./dim.ts";
import { Graph, type Value } from "./graph.ts";
import { printProgram } from "./print.ts";
import { createProgram, type Program } from "./program.ts";

function programOf(batch: Dim, build: (x: Value) => Value, rest: readonly number[] = [3, 2, 2]): Program {
  const x = input(new Graph(), "x", "float32", [batch, ...rest]);
  return createProgram({ name: "p", outputs: { y: build(x) } });
}

/** Programs as text, with values numbered by where they stand. */
function print(program: Program): string {
  const numbers = new Map<string, string>();
  return printProgram(program).replace(/%\d+/g, (id) => {
    if (!numbers.has(id)) numbers.set(id, `%${numbers.size}`);
    return numbers.get(id)!;
  });
}

describe("a program bound to a size of batch is that which was made for the size", () => {
  test.each<[string, (x: Value) => Value]>([
    ["elementwise", (x) => mul(add(x, 1), x)],
    ["reshapes", (x) => reshape(flatten(x), [-1, 4])],
    ["a mean over everything", (x) => reduceMean(mul(x, x))],
    [
      "a mean over the batch and a mean over channels",
      (x) => sub(reduceMean(x, { axes: [0] }), reduceMean(x, { axes: [1], keepDims: true })),
    ],
    ["a broadcast to the batch", (x) => add(broadcastTo(reduceSum(x), [x.shape[0]!, 1, 1, 1]), x)],
    ["all samples of a slice", (x) => slice(x, [0, 1, 0, 0], [x.shape[0]!, 2, 2, 2])],
    ["padding beside the batch", (x) => pad(x, [0, 0, 1, 1], [0, 0, 1, 1])],
  ])("%s", (_, build) => {
    expect(print(bindBatch(programOf("N", build), 6))).toBe(print(programOf(6, build)));
  });

  test("a batch norm's correction of the variance is one number", () => {
    const build = (x: Value): Value => {
      const vector = reduceSum(x, { axes: [0, 2, 3] });
      const [, , variance] = batchNormTraining(x, vector, vector, 1e-5);
      const count = countAlong(x, [0, 2, 3]);
      return mul(variance, typeof count === "number" ? count / (count - 1) : div(count, sub(count, 1)));
    };
    expect(print(bindBatch(programOf("N", build), 6))).toBe(print(programOf(6, build)));
  });
});

test("what depends on the batch is told from what does not", () => {
  const free = programOf("N", (x) => mul(x, 2));
  expect([isBound(free), isBound(bindBatch(free, 2))]).toEqual([false, true]);
  expect(() => asBound(free)).toThrow(expect.objectContaining({ code: "PROGRAM_UNBOUND" }));
});

test("a size that an op cannot take is refused where the op stands", () => {
  const normalized = programOf(
    "N",
    (x) =>
      x.node.graph.within("layer.bn", () => {
        const vector = reduceSum(x, { axes: [0] });
        return batchNormTraining(x, vector, vector, 1e-5)[0];
      }),
    [3],
  );
  expect(() => bindBatch(normalized, 1)).toThrow(
    expect.objectContaining({ code: "SHAPE_MISMATCH", where: "layer.bn" }),
  );
  expect(isBound(bindBatch(normalized, 2))).toBe(true);
});

describe("what no multiple of the batch can be is refused while tracing", () => {
  test.each<[string, (x: Value) => Value]>([
    ["samples joined", (x) => concat([x, x], 0)],
    ["samples added by padding", (x) => pad(x, [1, 0, 0, 0], [0, 0, 0, 0])],
    ["some of the samples", (x) => slice(x, [0, 0, 0, 0], [2, 3, 2, 2])],
    ["a size of a trace", (x) => reshape(x, [4, 12])],
    ["a shape of another batch", (x) => add(x, broadcastTo(reduceSum(x), [4, 3, 2, 2]))],
    ["a size computed with the name of the axis", (x) => reshape(x, [(x.shape[0] as never) * 4, 3] as Dims)],
  ])("%s", (_, build) => {
    expect(() => programOf("N", build)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });
});
