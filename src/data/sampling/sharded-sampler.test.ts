import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sequentialSampler, shuffledSampler, trainSampler } from "./samplers.ts";
import { shardedSampler } from "./sharded-sampler.ts";

interface GoldenCase {
  readonly length: number;
  readonly world_size: number;
  readonly drop_last: boolean;
  readonly ranks: readonly (readonly number[])[];
}

const file = new URL("../../../test/golden/samplers/distributed.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: GoldenCase[] };

test.each(cases)("PyTorch's shares of $length samples for $world_size, dropped: $drop_last", (golden) => {
  golden.ranks.forEach((expected, rank) => {
    const shard = shardedSampler(sequentialSampler(golden.length), {
      rank,
      worldSize: golden.world_size,
      pad: !golden.drop_last,
    });
    expect([...shard.order(0)]).toEqual(expected);
    expect(shard.length).toBe(expected.length);
  });
});

test("the shares of an epoch make up its order, and each epoch has another", () => {
  const all = shuffledSampler(12, 7);
  for (const epoch of [0, 1]) {
    const shares = [0, 1, 2].map((rank) => shardedSampler(all, { rank, worldSize: 3 }).order(epoch));
    const dealt = Array.from({ length: 12 }, (_, i) => shares[i % 3]![Math.floor(i / 3)]);
    expect(dealt).toEqual([...all.order(epoch)]);
  }
});

test("weighted samplers are dealt out too", () => {
  const labels = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1);
  const sampler = (worldSize: number, rank: number) =>
    trainSampler(labels, ["a", "b"], 3, { mode: "auto", numSamples: 10, worldSize, rank });
  const whole = [...sampler(1, 0).order(4)];
  expect([...sampler(2, 0).order(4)]).toEqual(whole.filter((_, i) => i % 2 === 0));
  expect([...sampler(2, 1).order(4)]).toEqual(whole.filter((_, i) => i % 2 === 1));
});

test("a rank that does not exist, or would be left without samples, is refused", () => {
  expect(() => shardedSampler(sequentialSampler(9), { rank: 2, worldSize: 2 })).toThrow("rank 2 of 2");
  expect(() => shardedSampler(sequentialSampler(3), { rank: 0, worldSize: 4, pad: false })).toThrow(
    "fewer than 4 processes",
  );
});
