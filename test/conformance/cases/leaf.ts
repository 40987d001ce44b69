// Leaves: the suite feeds the operands of every case as inputs, as variables and as constants in turn.
import { hostTensor } from "../../../src/core/index.ts";
import type { LeafOps } from "../../../src/graph/ops/leaf.ts";
import { bool, type Case, int32, int64, numbers } from "../case.ts";

const passedThrough: readonly Case[] = [
  { name: "float32", operands: [numbers([2, 3, 4])], build: (x) => x! },
  { name: "float32 scalar", operands: [numbers([])], build: (x) => x! },
  { name: "int64", operands: [int64([3], [-5, 0, 2 ** 40])], build: (x) => x! },
  { name: "int32", operands: [int32([3], [-5, 0, 2 ** 30])], build: (x) => x! },
  { name: "bool", operands: [bool([4], [0, 1, 1, 0])], build: (x) => x! },
  { name: "uint8", operands: [hostTensor("uint8", [3], Uint8Array.of(0, 127, 255))], build: (x) => x! },
  { name: "under two names", operands: [numbers([2, 3])], build: (x) => ({ first: x!, second: x! }) },
];

export const leafCases: { readonly [N in keyof LeafOps]: readonly Case[] } = {
  input: passedThrough,
  variable: passedThrough,
  constant: passedThrough,
};
