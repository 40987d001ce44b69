import { describe, expect, test } from "vitest";
import {
  add,
  asBound,
  createProgram,
  Graph,
  input,
  mul,
  readVariable,
  reduceSum,
  relu,
  reshape,
  storageOf,
  sub,
  transpose,
  type Value,
  type VariableRef,
  wholeStorage,
} from "../../graph/index.ts";
import { updatesInPlace } from "./update-plan.ts";

const storage = storageOf("s", [
  { name: "a", dtype: "float32", shape: [2, 2] },
  { name: "b", dtype: "float32", shape: [4] },
]);
const [a, b] = storage.members as [VariableRef, VariableRef];

interface Built {
  readonly value: Value;
  readonly outputs?: Record<string, Value>;
  readonly others?: readonly { variable: VariableRef; value: Value }[];
}

/** Whether the update of `variable` that `build` describes goes in place. */
function inPlace(variable: VariableRef, build: (graph: Graph) => Built): boolean {
  const { value, outputs = {}, others = [] } = build(new Graph());
  const update = { variable, value };
  const program = asBound(createProgram({ name: "p", outputs, updates: [update, ...others] }));
  return updatesInPlace(program, program.updates[0]!);
}

describe("in place", () => {
  test("is a variable that nothing reads", () => {
    expect(inPlace(b, (g) => ({ value: mul(input(g, "x", "float32", [4]), 2) }))).toBe(true);
    expect(inPlace(b, (g) => ({ value: reshape(mul(readVariable(g, a), 2), [4]) }))).toBe(true);
  });

  test("is a sum with what was there", () => {
    expect(inPlace(b, (g) => ({ value: add(readVariable(g, b), input(g, "x", "float32", [4])) }))).toBe(true);
    expect(inPlace(b, (g) => ({ value: add(readVariable(g, b), reshape(readVariable(g, a), [4])) }))).toBe(
      true,
    );
  });

  test("is an optimizer's update of a whole storage", () => {
    const whole = wholeStorage(storage);
    const step = (g: Graph): Built => {
      const p = readVariable(g, whole);
      return { value: sub(mul(p, 0.9), mul(relu(p), 0.1)) };
    };
    expect(inPlace(whole, step)).toBe(true);
  });
});

describe("beside the variable", () => {
  test("goes a value while an output still shows the old one", () => {
    const build = (g: Graph): Built => {
      const old = readVariable(g, b);
      return { value: add(old, 1), outputs: { old } };
    };
    expect(inPlace(b, build)).toBe(false);
    expect(inPlace(b, (g) => ({ ...build(g), outputs: { old: reshape(readVariable(g, b), [2, 2]) } }))).toBe(
      false,
    );
  });

  test("goes a value that another computation does not wait for", () => {
    const build = (g: Graph): Built => {
      const old = readVariable(g, b);
      return { value: add(old, 1), outputs: { sum: reduceSum(mul(old, 2)) } };
    };
    expect(inPlace(b, build)).toBe(false);
  });

  test("go two variables that are swapped, and one that is rearranged", () => {
    const swap = (g: Graph): Built => ({
      value: reshape(readVariable(g, a), [4]),
      others: [{ variable: a, value: reshape(readVariable(g, b), [2, 2]) }],
    });
    expect(inPlace(b, swap)).toBe(false);
    expect(inPlace(a, (g) => ({ value: transpose(readVariable(g, a), [1, 0]) }))).toBe(false);
  });

  test("goes a member computed from a part of the storage that overlaps it differently", () => {
    const shifted: VariableRef = { ...b, name: "shifted", offset: 2 };
    expect(inPlace(b, (g) => ({ value: add(readVariable(g, shifted), 1) }))).toBe(false);
  });

  test("goes a value that is broadcast from the variable", () => {
    const scalar: VariableRef = { name: "first", dtype: "float32", shape: [1], storage: "s", offset: 4 };
    expect(inPlace(b, (g) => ({ value: add(readVariable(g, scalar), input(g, "x", "float32", [4])) }))).toBe(
      false,
    );
  });
});
