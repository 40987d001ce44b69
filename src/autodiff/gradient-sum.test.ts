import { expect, test } from "vitest";
import { add, createProgram, Graph, input, mul, reduceSum, slice, type Value } from "../graph/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { gradients } from "./backward.ts";

/** The ops of the gradient of a loss that adds rows of x, those of the i-th range times i + 1, and the gradient itself. */
async function gradientOf(rows: readonly (readonly [number, number])[]) {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [4, 3]);
  const parts = rows.map(([from, to], i): Value => reduceSum(mul(slice(x, [from, 0], [to, 3]), i + 1)));
  const [dx] = gradients(parts.reduce(add), [x]);
  const program = createProgram({ name: "slices", outputs: { dx: dx! } });
  const session = await referenceRuntime.open({ storages: [] });
  const { dx: result } = await (await session.compile(program)).run({});
  return { ops: program.nodes.map(({ op }) => op), result: Array.from(result!.data, Number) };
}

const times = (...rows: readonly number[]): number[] => rows.flatMap((row) => [row, row, row]);

test("slices that cover a value give their gradients joined", async () => {
  for (const rows of [
    [
      [0, 1],
      [1, 3],
      [3, 4],
    ],
    [
      [3, 4],
      [1, 3],
      [0, 1],
    ],
  ] as const) {
    const { ops, result } = await gradientOf(rows);
    expect(ops.filter((op) => op === "concat")).toHaveLength(1);
    expect(ops).not.toContain("pad");
    expect(result).toEqual(rows[0][0] === 0 ? times(1, 2, 2, 3) : times(3, 2, 2, 1));
  }
});

test("slices with a gap between, or an overlap, are padded and added", async () => {
  const apart = await gradientOf([
    [0, 1],
    [2, 3],
  ]);
  expect(apart.ops).not.toContain("concat");
  expect(apart.result).toEqual(times(1, 0, 2, 0));
  const overlapping = await gradientOf([
    [0, 2],
    [1, 3],
  ]);
  expect(overlapping.ops).not.toContain("concat");
  expect(overlapping.result).toEqual(times(1, 3, 2, 0));
});

test("slices that lie side by side but leave a rest are joined and padded", async () => {
  const { ops, result } = await gradientOf([
    [2, 3],
    [1, 2],
  ]);
  expect(ops.filter((op) => op === "concat" || op === "pad")).toEqual(["concat", "pad"]);
  expect(result).toEqual(times(0, 2, 1, 0));
});
