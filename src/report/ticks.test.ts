// Ticks are round, enclose the values, and say what they are.
import { expect, test } from "vitest";
import { percentLabel, roundTicks } from "./ticks.ts";

test.each([
  [0.0625, 0.1875, [0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2]],
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [3, 3, [3, 3.75]],
])("around %d and %d", (low, high, ticks) => {
  const found = roundTicks(low, high);
  expect(found[0]).toBeLessThanOrEqual(low);
  expect(found.at(-1)).toBeGreaterThanOrEqual(high);
  if (low !== high) expect(found).toEqual(ticks);
});

test.each([
  [
    [0.05, 0.075, 0.1],
    ["5.0\u00a0%", "7.5\u00a0%", "10.0\u00a0%"],
  ],
  [
    [0, 0.2, 0.4],
    ["0\u00a0%", "20\u00a0%", "40\u00a0%"],
  ],
  [
    [0.9325, 0.935],
    ["93.25\u00a0%", "93.50\u00a0%"],
  ],
])("%j in percent", (ticks, texts) => {
  expect(ticks.map(percentLabel(ticks))).toEqual(texts);
});
