// Layout ops: elements moved, exactly.
import { broadcastTo, concat, flatten, pad, reshape, slice, transpose } from "../../../src/graph/index.ts";
import type { LayoutOps } from "../../../src/graph/ops/layout.ts";
import { type Case, int64, labels, numbers } from "../case.ts";

const PERMUTATIONS = [
  [1, 0],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [1, 0, 2, 3],
  [3, 2, 1, 0],
];

const BROADCASTS = [
  { from: [], to: [2, 3] },
  { from: [1], to: [4] },
  { from: [3], to: [2, 3] },
  { from: [2, 1], to: [2, 3] },
  { from: [3, 1, 1], to: [2, 3, 4, 5] },
  { from: [1, 3, 1], to: [2, 3, 4] },
];

export const layoutCases: { readonly [N in keyof LayoutOps]: readonly Case[] } = {
  reshape: [
    { name: "to a vector", operands: [numbers([2, 3, 4])], build: (x) => reshape(x!, [-1]) },
    { name: "to rank 4", operands: [numbers([6, 4])], build: (x) => reshape(x!, [2, 3, 2, 2]) },
    { name: "flattened", operands: [numbers([2, 3, 2, 2])], build: (x) => flatten(x!) },
    { name: "to a scalar", operands: [numbers([1, 1])], build: (x) => reshape(x!, []) },
    { name: "from a scalar", operands: [numbers([])], build: (x) => reshape(x!, [1, 1]) },
    { name: "of int64", operands: [labels([4], 9)], build: (x) => reshape(x!, [2, 2]) },
  ],
  transpose: [
    ...PERMUTATIONS.map((permutation) => ({
      name: `by [${permutation}]`,
      operands: [numbers([2, 3, 4, 5].slice(0, permutation.length))],
      build: (x: Parameters<Case["build"]>[number]) => transpose(x, permutation),
    })),
    { name: "of int64", operands: [labels([2, 3], 9)], build: (x) => transpose(x!, [1, 0]) },
  ],
  broadcastTo: BROADCASTS.map(({ from, to }) => ({
    name: `[${from}] to [${to}]`,
    operands: [numbers(from)],
    build: (x) => broadcastTo(x!, to),
  })),
  slice: [
    { name: "of a vector", operands: [numbers([9])], build: (x) => slice(x!, [2], [7]) },
    { name: "of everything", operands: [numbers([2, 3])], build: (x) => slice(x!, [0, 0], [2, 3]) },
    { name: "of a box", operands: [numbers([4, 5, 6])], build: (x) => slice(x!, [1, 0, 2], [3, 4, 3]) },
    {
      name: "of a batch",
      operands: [numbers([4, 3, 2, 2])],
      build: (x) => slice(x!, [1, 0, 0, 0], [3, 3, 2, 2]),
    },
    { name: "of int64", operands: [labels([5], 9)], build: (x) => slice(x!, [1], [3]) },
  ],
  concat: [
    {
      name: "along axis 0",
      operands: [numbers([2, 3], "a"), numbers([1, 3], "b")],
      build: (...parts) => concat(parts, 0),
    },
    {
      name: "along the last axis",
      operands: [numbers([2, 3], "a"), numbers([2, 1], "b"), numbers([2, 4], "c")],
      build: (...parts) => concat(parts, 1),
    },
    {
      name: "of channels",
      operands: [numbers([2, 3, 4, 4], "a"), numbers([2, 5, 4, 4], "b")],
      build: (...parts) => concat(parts, 1),
    },
    { name: "of a value with itself", operands: [numbers([2, 3])], build: (x) => concat([x!, x!], 0) },
    { name: "of int64", operands: [labels([2], 9), int64([1], [7])], build: (...parts) => concat(parts, 0) },
  ],
  pad: [
    { name: "of a vector", operands: [numbers([4])], build: (x) => pad(x!, [2], [1]) },
    { name: "with a number", operands: [numbers([2, 3])], build: (x) => pad(x!, [1, 0], [0, 2], 0.5) },
    {
      name: "of images",
      operands: [numbers([2, 3, 4, 4])],
      build: (x) => pad(x!, [0, 0, 1, 1], [0, 0, 1, 1]),
    },
    { name: "by nothing", operands: [numbers([2, 3])], build: (x) => pad(x!, [0, 0], [0, 0]) },
    { name: "of int64", operands: [labels([2], 9)], build: (x) => pad(x!, [1], [1], 4) },
  ],
};
