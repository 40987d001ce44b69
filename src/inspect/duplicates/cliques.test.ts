import { expect, test } from "vitest";
import { cliques } from "./cliques.ts";

const links = (...pairs: [number, number][]) => pairs.map(([first, second]) => ({ first, second }));

test("a chain is not a group", () => {
  expect(cliques(links([0, 1], [1, 2], [2, 3]))).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

test("all that are linked to each other are one group", () => {
  expect(cliques(links([0, 1], [4, 1], [0, 4], [2, 3]))).toEqual([
    [0, 1, 4],
    [2, 3],
  ]);
});

test("every link is within a group, and other links may complete it", () => {
  expect(cliques(links([0, 1], [0, 2], [0, 3]), links([1, 2]))).toEqual([
    [0, 1, 2],
    [0, 3],
  ]);
  expect(cliques([], links([1, 2]))).toEqual([]);
});
