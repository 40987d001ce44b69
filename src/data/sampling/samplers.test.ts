import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LabelSets } from "../../core/index.ts";
import type { Sampler } from "./sampler.ts";
import { classWeights, type SamplerOptions, shuffledSampler, trainSampler } from "./samplers.ts";

interface GoldenCase {
  readonly id: string;
  readonly class_counts: readonly number[];
  readonly config: {
    readonly mode?: "disabled" | "auto" | "manual";
    readonly class_weights?: Readonly<Record<string, number>>;
    readonly num_samples?: number;
    readonly replacement?: boolean;
  };
  readonly loss_class_weights: readonly number[];
  readonly num_samples?: number;
  readonly expected_class_frequency?: readonly number[];
  readonly without_replacement?: {
    readonly first_draw_class_frequency: readonly number[];
    readonly mean_count_per_class: readonly number[];
  };
  readonly error?: { readonly message: string };
}

const file = new URL("../../../test/golden/samplers/samplers.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: GoldenCase[] };

function build({ class_counts, config }: GoldenCase): { sampler: Sampler; labels: Int32Array } {
  const labels = Int32Array.from(
    class_counts.flatMap((count, label) => new Array<number>(count).fill(label)),
  );
  const options: SamplerOptions = {
    mode: config.mode ?? "disabled",
    classWeights: config.class_weights ?? null,
    numSamples: config.num_samples ?? null,
    replacement: config.replacement ?? true,
  };
  return {
    sampler: trainSampler(
      labels,
      class_counts.map((_, c) => `c${c}`),
      42,
      options,
    ),
    labels,
  };
}

/** Share of each class among `count` draws: how far a fair simulation may stray, at 4 standard errors. */
function expectShares(observed: readonly number[], expected: readonly number[], count: number): void {
  observed.forEach((share, label) => {
    const p = expected[label]!;
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / count) + 1e-9);
  });
}

describe("golden samplers", () => {
  test.each(cases)("$id: class weights of the loss", ({ class_counts, loss_class_weights }) => {
    expect([...classWeights(class_counts)]).toEqual(loss_class_weights.map(Math.fround));
  });

  test.each(cases.filter(({ error }) => error !== undefined))("$id: is refused", (entry) => {
    expect(() => build(entry)).toThrow(entry.error!.message);
  });

  test.each(cases.filter((entry) => entry.expected_class_frequency !== undefined))(
    "$id: classes are drawn as often as expected",
    (entry) => {
      const { sampler, labels } = build(entry);
      expect(sampler.length).toBe(entry.num_samples);
      const counts = new Array<number>(entry.class_counts.length).fill(0);
      let total = 0;
      for (let epoch = 0; total < 50_000; epoch++) {
        for (const index of sampler.order(epoch)) counts[labels[index]!]!++;
        total += sampler.length;
      }
      expectShares(
        counts.map((count) => count / total),
        entry.expected_class_frequency!,
        total,
      );
    },
  );

  test.each(cases.filter((entry) => entry.without_replacement !== undefined))(
    "$id: draws without replacement",
    (entry) => {
      const { sampler, labels } = build(entry);
      const trials = 4000;
      const first = [0, 0];
      const counts = [0, 0];
      for (let epoch = 0; epoch < trials; epoch++) {
        const order = sampler.order(epoch);
        expect(new Set(order).size).toBe(entry.num_samples);
        first[labels[order[0]!]!]!++;
        for (const index of order) counts[labels[index]!]!++;
      }
      const { first_draw_class_frequency, mean_count_per_class } = entry.without_replacement!;
      // Both sides are simulations of 4000 trials.
      expectShares(
        first.map((count) => count / trials),
        first_draw_class_frequency,
        trials / 2,
      );
      counts.forEach((count, label) => {
        expect(Math.abs(count / trials - mean_count_per_class[label]!)).toBeLessThan(0.08);
      });
    },
  );
});

test("orders are pure functions of seed and epoch", () => {
  const order = (seed: number, epoch: number): number[] => [...shuffledSampler(50, seed).order(epoch)];
  expect(order(1, 2)).toEqual(order(1, 2));
  expect(order(1, 2)).not.toEqual(order(1, 3));
  expect(order(1, 2)).not.toEqual(order(2, 2));
});

test("unknown classes and impossible weights are refused", () => {
  const labels = Int32Array.of(0, 0, 1);
  const sampler = (options: SamplerOptions): Sampler => trainSampler(labels, ["cat", "dog"], 1, options);
  expect(() => sampler({ mode: "manual", classWeights: { cats: 1 } })).toThrow(`there is no class "cats"`);
  expect(() => sampler({ mode: "manual", classWeights: { cat: 0, dog: 0 } })).toThrow(
    "0 pictures have a positive",
  );
  expect(() => sampler({ mode: "manual", classWeights: { cat: 0 }, replacement: false })).toThrow(
    "3 are needed",
  );
});

test("repeats show fewer pictures, each several times in a row, in epochs as long as before", () => {
  const labels = new Int32Array(50);
  const order = (repeats: number, shard = {}) => [
    ...trainSampler(labels, ["cat"], 3, { repeats, ...shard }).order(2),
  ];
  const once = order(1);
  expect(order(3)).toEqual(
    once
      .slice(0, 17)
      .flatMap((index) => [index, index, index])
      .slice(0, 50),
  );
  // Of two processes each has its own augmentations of a picture.
  expect(order(2, { worldSize: 2, rank: 0 })).toEqual(once.slice(0, 25));
  expect(order(2, { worldSize: 2, rank: 1 })).toEqual(once.slice(0, 25));
});

describe("pictures with several labels", () => {
  // Label 0 is common, 1 rarer, 2 the rarest; the last picture has none.
  const rows = [
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 1],
    [0, 0, 0],
  ];
  const labels = new LabelSets(3, Int8Array.from(rows.flat()));
  const draws = 40_000;
  const drawn = (options: SamplerOptions): number[] => {
    const counts = new Array<number>(rows.length).fill(0);
    const sampler = trainSampler(labels, ["a", "b", "c"], 42, { ...options, numSamples: draws });
    for (const index of sampler.order(0)) counts[index]!++;
    return counts.map((count) => count / draws);
  };
  const normalized = (weights: readonly number[]): number[] => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  };

  test("weigh as the rarest of their labels, or as the commonest without any", () => {
    const weights = [1 / 5, 1 / 5, 1 / 5, 1 / 2, 1 / 2, 1, 1 / 5];
    expectShares(drawn({ mode: "auto" }), normalized(weights), draws);
  });

  test("weigh as the heaviest of their labels is said to", () => {
    const weights = [2, 2, 2, 5, 5, 2, 2];
    expectShares(drawn({ mode: "manual", classWeights: { a: 2, b: 5 } }), normalized(weights), draws);
  });

  test("with unknown entries weigh as what is known", () => {
    const known = trainSampler(labels, ["a", "b", "c"], 42, { mode: "auto" });
    const unknown = new LabelSets(
      3,
      labels.data.map((entry) => (entry === 0 ? -1 : entry)),
    );
    const order = trainSampler(unknown, ["a", "b", "c"], 42, { mode: "auto" }).order(0);
    expect(order).toEqual(known.order(0));
  });
});
