// Random ones and zeros: shapes that fill whole blocks of four and not, keys of any sign, every share.
import { bernoulli, mul, type Value } from "../../../src/graph/index.ts";
import type { RandomOps } from "../../../src/graph/ops/random.ts";
import { type Case, int32, numbers } from "../case.ts";

const KEY = int32([4], [0x243f6a88, -0x7a5cf72d, 19, 2 ** 31 - 1]);

export const randomCases: { readonly [N in keyof RandomOps]: readonly Case[] } = {
  bernoulli: [
    ...[[], [1], [7], [2, 3, 4], [33, 1, 1], [3001]].map((shape) => ({
      name: `of [${shape}]`,
      operands: [KEY],
      build: (key: Value) => bernoulli(key, shape, 0.7, 3),
    })),
    ...[0, 2 ** -33, 0.1, 1].map((probability) => ({
      name: `with probability ${probability}`,
      operands: [KEY],
      build: (key: Value) => bernoulli(key, [101], probability, 0),
    })),
    {
      name: "with all of the key's bits",
      operands: [int32([4], [-1, -1, -1, -1])],
      build: (key) => bernoulli(key!, [50], 0.5, 2 ** 32 - 1),
    },
    {
      name: "at two places",
      operands: [KEY],
      build: (key) => ({ first: bernoulli(key!, [40], 0.5, 0), second: bernoulli(key!, [40], 0.5, 1) }),
    },
    {
      name: "of the operand's shape, which it multiplies",
      operands: [numbers([6, 5]), KEY],
      batch: [0],
      build: (x, key) => mul(mul(x!, bernoulli(key!, x!.shape, 0.8, 7)), 1 / 0.8),
      differentiated: [],
    },
  ],
};
