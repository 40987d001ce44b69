import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LabelSets, RandomStream, selectLabels } from "../../core/index.ts";
import { stratifyLabels } from "./iterative-stratification.ts";

interface Golden {
  readonly labels: number;
  /** The labels of each picture, such as `0,5;;3`. */
  readonly pictures: string;
  readonly cases: readonly {
    readonly fractions: readonly number[];
    readonly deviations: Readonly<Record<string, readonly number[]>>;
  }[];
}

const golden = ["long-tailed", "shirts"].map((name) => {
  const file = new URL(`../../../test/golden/splits/${name}.json`, import.meta.url);
  return [name, JSON.parse(readFileSync(file, "utf8")) as Golden] as const;
});

function labelSets(width: number, pictures: readonly (readonly number[])[]): LabelSets {
  const sets = new LabelSets(width, new Int8Array(width * pictures.length));
  for (const [sample, labels] of pictures.entries()) for (const label of labels) sets.row(sample)[label] = 1;
  return sets;
}

function parse({ labels, pictures }: Golden): LabelSets {
  const sets = pictures.split(";").map((text) => (text === "" ? [] : text.split(",").map(Number)));
  return labelSets(labels, sets);
}

/** The share of pictures with each label. */
function shares(sets: LabelSets): number[] {
  const counts = new Array<number>(sets.width).fill(0);
  for (const sample of sets.keys()) for (const label of sets.present(sample)) counts[label]!++;
  return counts.map((count) => count / sets.length);
}

const membersOf = (parts: Uint8Array, part: number): number[] =>
  [...parts.keys()].filter((index) => parts[index] === part);

/** The largest difference between a label's share in a part and in all. */
function deviation(sets: LabelSets, parts: Uint8Array, count: number): number {
  const whole = shares(sets);
  const each = Array.from({ length: count }, (_, part) => shares(selectLabels(sets, membersOf(parts, part))));
  return Math.max(...each.flatMap((own) => own.map((share, label) => Math.abs(share - whole[label]!))));
}

describe.each(golden)("%s", (_, data) => {
  const sets = parse(data);
  test.each(data.cases)(
    "$fractions: no label is further off than by scikit-multilearn",
    ({ fractions, deviations }) => {
      const least = Math.min(...Object.values(deviations).flat());
      for (const seed of [1, 2, 42]) {
        const parts = stratifyLabels(sets, undefined, fractions, seed);
        expect(deviation(sets, parts, fractions.length)).toBeLessThanOrEqual(least);
      }
    },
  );

  test("parts have their shares of all pictures, and of those without labels", () => {
    const parts = stratifyLabels(sets, undefined, [0.7, 0.2, 0.1], 3);
    const bare = (indices: readonly number[]): number =>
      indices.filter((i) => sets.present(i).length === 0).length;
    const all = [...sets.keys()];
    for (const [part, fraction] of [0.7, 0.2, 0.1].entries()) {
      const members = membersOf(parts, part);
      expect(Math.abs(members.length - fraction * sets.length)).toBeLessThanOrEqual(1);
      expect(Math.abs(bare(members) - fraction * bare(all))).toBeLessThanOrEqual(2);
    }
  });
});

const random = new RandomStream(1, "test");
const some = labelSets(
  6,
  Array.from({ length: 400 }, () => [0, 1, 2, 3, 4, 5].filter((label) => random.float() < 0.5 / (label + 1))),
);

test("the seed decides, and nothing else", () => {
  const split = (seed: number): string => stratifyLabels(some, undefined, [0.8, 0.2], seed).join("");
  expect(split(7)).toBe(split(7));
  expect(split(8)).not.toBe(split(7));
});

test("groups stay together, and parts near their shares", () => {
  const groups = Array.from({ length: 400 }, (_, i) => `player ${Math.floor(i / 5)}`);
  const parts = stratifyLabels(some, groups, [0.75, 0.25], 7);
  const pairs = new Set(groups.map((group, i) => `${group} in ${parts[i]}`));
  expect(pairs.size).toBe(80);
  expect(membersOf(parts, 1)).toHaveLength(100);
  expect(deviation(some, parts, 2)).toBeLessThan(0.04);
});

test("a part of share 0 gets nothing, and a label of one picture is trained on", () => {
  const sets = labelSets(3, [[0], [0], [0, 2], [0], [1], [1], [1], [1], [], []]);
  const parts = stratifyLabels(sets, undefined, [0.6, 0.4, 0], 5);
  expect(membersOf(parts, 2)).toEqual([]);
  expect(parts[2]).toBe(0);
  expect(membersOf(parts, 1)).toHaveLength(4);
});

test("entries that are not known do not count", () => {
  const data = Int8Array.from(some.data, (entry, i) => (entry === 0 && i % 3 === 0 ? -1 : entry));
  const known = stratifyLabels(some, undefined, [0.8, 0.2], 7);
  expect(stratifyLabels(new LabelSets(6, data), undefined, [0.8, 0.2], 7)).toEqual(known);
});
