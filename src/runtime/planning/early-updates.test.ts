// Sums of variables come right behind what is added, and nowhere else.
import { expect, test } from "vitest";
import {
  add,
  asBound,
  createProgram,
  Graph,
  input,
  mul,
  neg,
  readVariable,
  relu,
  storageOf,
} from "../../graph/index.ts";
import { withEarlyUpdates } from "./early-updates.ts";

test("an accumulated gradient is added as soon as it is there", () => {
  const storage = storageOf("g", [
    { name: "a", dtype: "float32", shape: [4] },
    { name: "b", dtype: "float32", shape: [4] },
    { name: "c", dtype: "float32", shape: [4] },
  ]);
  const [a, b, c] = storage.members;
  const graph = new Graph();
  const x = input(graph, "x", "float32", [4]);
  const first = relu(x);
  const second = neg(first);
  const third = mul(second, 2);
  const sum = add(readVariable(graph, c!), third);
  const program = asBound(
    createProgram({
      name: "step",
      outputs: { twice: mul(sum, 3) },
      updates: [
        { variable: a!, value: add(readVariable(graph, a!), first) },
        { variable: b!, value: add(second, readVariable(graph, b!)) },
        // Read by another result: it stays where it is.
        { variable: c!, value: sum },
      ],
    }),
  );
  const ops = withEarlyUpdates(program)
    .nodes.map(({ op }) => op)
    .filter((op) => op !== "constant");
  expect(ops).toEqual([
    "input",
    "relu",
    "variable",
    "add",
    "neg",
    "variable",
    "add",
    "mul",
    "variable",
    "add",
    "mul",
  ]);
  expect(new Set(withEarlyUpdates(program).nodes)).toEqual(new Set(program.nodes));
});
