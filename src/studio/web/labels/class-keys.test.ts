// Keys of classes.
import { expect, test } from "vitest";
import { classKeys, findClasses, TAKE, UNDO } from "./class-keys.ts";

test("digits first, then letters that mean nothing else, each once", () => {
  expect([...classKeys(["a", "b", "c"])]).toEqual([
    ["a", "1"],
    ["b", "2"],
    ["c", "3"],
  ]);
  const most = Array.from({ length: 34 }, (_, i) => `class ${i}`);
  const keys = [...classKeys(most).values()];
  expect(new Set(keys).size).toBe(34);
  expect(keys).not.toContain(UNDO);
  expect(keys).not.toContain(TAKE);
  expect(classKeys([...most, "one more"]).size).toBe(0);
});

test("finds classes by a part of their names, those that begin with it first", () => {
  expect(findClasses(["t-shirt", "shirt", "Shoes", "hat"], " sh")).toEqual(["shirt", "Shoes", "t-shirt"]);
  expect(findClasses(["a", "b"], "")).toEqual(["a", "b"]);
});
