// The learning rate of warm-up and cosine against torch's LinearLR and CosineAnnealingLR in sequence.
import { describe, expect, test } from "vitest";
import { warmupCosine } from "../../src/optim/index.ts";
import { readGolden } from "./read-golden.ts";

interface ScheduleCase {
  readonly id: string;
  readonly lrs?: readonly number[];
  readonly lr: readonly (readonly number[])[];
}

const all = readGolden<{ readonly cases: readonly ScheduleCase[] }>("optim/schedulers.json").cases;

const cases = all.flatMap(({ id, lrs, lr }) => {
  const [, maxEpochs, warmupEpochs] = /^warmup_cosine_e(\d+)_w(\d+)$/.exec(id) ?? [];
  if (maxEpochs === undefined) return [];
  return [
    {
      id,
      options: { learningRate: lrs![0]!, maxEpochs: Number(maxEpochs), warmupEpochs: Number(warmupEpochs) },
      expected: lr.map(([rate]) => rate!),
    },
  ];
});

describe("warm-up and cosine", () => {
  const warmed = cases.filter(({ options }) => options.warmupEpochs > 0);

  test("has golden cases", () => expect(warmed.length).toBeGreaterThan(0));

  test.each(warmed)("$id, also past the last epoch", ({ options, expected }) => {
    const schedule = warmupCosine(options);
    for (const [epoch, rate] of expected.entries()) {
      expect(Math.abs(schedule(epoch, 0) - rate), `epoch ${epoch}`).toBeLessThanOrEqual(1e-9 * rate);
    }
  });

  // torch before 2.13 keeps the warm-up's tiny rate where there is no warm-up; the closed form does not.
  test.each(cases.filter(({ options }) => options.warmupEpochs === 0))(
    "$id begins at the full rate and ends at the lowest",
    ({ options }) => {
      const schedule = warmupCosine(options);
      expect(schedule(0, 0)).toBe(options.learningRate);
      expect(schedule(options.maxEpochs, 0)).toBeCloseTo(0.05 * options.learningRate, 12);
    },
  );
});
