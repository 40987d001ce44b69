import { expect, test } from "vitest";
import { LatestUsed } from "./latest-used.ts";

test("the entry that was not used for longest makes room", () => {
  const dropped: number[] = [];
  const map = new LatestUsed<string, number>(2, (value) => dropped.push(value));
  const get = (key: string, value: number): number => map.get(key, () => value);
  expect([get("a", 1), get("b", 2), get("a", 3), get("c", 4)]).toEqual([1, 2, 1, 4]);
  expect(dropped).toEqual([2]);
  expect(get("b", 5)).toBe(5);
  expect(dropped).toEqual([2, 1]);
});

test("what is taken out by hand is not dropped", () => {
  const map = new LatestUsed<string, number>(2, () => expect.unreachable());
  map.get("a", () => 1);
  map.get("b", () => 2);
  map.forget("a");
  expect(map.size).toBe(1);
  expect(map.clear()).toEqual([2]);
  expect(map.get("b", () => 3)).toBe(3);
});
