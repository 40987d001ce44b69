import { expect, test } from "vitest";
import { RandomSampler } from "../samplers/random-sampler.ts";
import type { Space } from "../space/parameter.ts";
import type { Trial } from "../study/trial.ts";
import { parameterImportance } from "./importance.ts";

const number = { kind: "number", low: 0, high: 1, log: false, step: undefined, integer: false } as const;
const SPACE: Space = [
  { ...number, name: "nothing", condition: undefined },
  { ...number, name: "much", condition: undefined },
  { kind: "choice", name: "some", choices: ["a", "b", "c"], condition: undefined },
  { ...number, name: "under", condition: { parameter: "some", values: ["b"] } },
];

const trials = (count: number): Trial[] =>
  Array.from({ length: count }, (_, n) => {
    const point = new RandomSampler({ seed: 4 }).sample({ space: SPACE, number: n });
    const value = 3 * Number(point.much) + (point.some === "c" ? 0.8 : 0);
    return { number: n, state: "completed", point, values: [value], reports: [] };
  });

test("what decides comes first, what does nothing last; shares sum to one", () => {
  const shares = parameterImportance(SPACE, trials(60));
  expect(shares.slice(0, 2).map(({ name }) => name)).toEqual(["much", "some"]);
  expect(shares[0]!.share).toBeGreaterThan(0.6);
  expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shares.find(({ name }) => name === "nothing")!.share).toBeLessThan(0.05);
  expect(parameterImportance(SPACE, trials(60))).toEqual(shares);
});

test("few trials, or trials that are all alike, say nothing", () => {
  expect(parameterImportance(SPACE, trials(7))).toEqual([]);
  expect(
    parameterImportance(
      SPACE,
      trials(20).map((trial) => ({ ...trial, values: [1] })),
    ),
  ).toEqual([]);
});
