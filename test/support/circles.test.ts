import { expect, test } from "vitest";
import { circlesOf } from "./circles.ts";

const graph = (arrows: Record<string, string[]>) => new Map(Object.entries(arrows));

test("finds every circle, and nothing where there is none", () => {
  expect(circlesOf(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toEqual([]);
  expect(circlesOf(graph({ a: ["b"], b: ["c"], c: ["a", "d"], d: ["e"], e: ["d", "f"], f: [] }))).toEqual([
    ["a", "b", "c"],
    ["d", "e"],
  ]);
  expect(circlesOf(graph({ a: ["b"], b: ["a"], x: ["a"], y: ["x", "z"], z: ["y"] }))).toEqual([
    ["a", "b"],
    ["y", "z"],
  ]);
});
