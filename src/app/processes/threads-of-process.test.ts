// Processes of a host share the cores that they are bound to.
import { expect, test } from "vitest";
import { type Binding, ownBinding, threadsOf } from "./threads-of-process.ts";

const on = (host: string, processors: string, cores: number): Binding => ({ host, processors, cores });

test("those that are bound apart have all of theirs", () => {
  const all = [on("a", "0-3", 4), on("a", "4-7", 4)];
  expect(all.map((own) => threadsOf(own, all))).toEqual([4, 4]);
});

test("those that are not bound share their host's, and nobody has none", () => {
  const all = [on("a", "0-7", 8), on("a", "0-7", 8), on("a", "0-7", 8), on("b", "0-1", 1)];
  expect(all.map((own) => threadsOf(own, all))).toEqual([2, 2, 2, 1]);
  expect(threadsOf(all[3]!, [all[3]!, all[3]!])).toBe(1);
});

test("this process has some", () => {
  expect(ownBinding().cores).toBeGreaterThanOrEqual(1);
});
