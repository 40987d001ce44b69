import { expect, test } from "vitest";
import { planMemory, SLAB_BYTES } from "./memory-plan.ts";
import type { Step } from "./step.ts";
import { Region } from "./tensor.ts";

function step(parts: Partial<Pick<Step, "reads" | "writes" | "scratch" | "inPlace">>): Step {
  return { work: "host", label: "", scope: "", reads: [], writes: [], bind: () => () => {}, ...parts };
}

/** A chain of steps with random reads of earlier results. */
function randomSteps(count: number): Step[] {
  const regions: Region[] = [];
  return Array.from({ length: count }, (_, i) => {
    const random = (salt: number): number => ((i * 7919 + salt * 104729) % 1009) / 1009;
    const result = new Region(64 * (1 + Math.floor(random(1) * 50)));
    const reads = regions.filter((_, j) => (i * 31 + j * 17) % 5 === 0 && i - j < 9);
    const operand = reads.at(-1);
    regions.push(result);
    return step({
      reads,
      writes: [result],
      ...(i % 3 === 0 ? { scratch: new Region(640) } : {}),
      ...(operand === undefined ? {} : { inPlace: [[result, operand]] }),
    });
  });
}

test("regions that are alive together do not overlap, unless one takes the place of another", () => {
  const steps = randomSteps(200);
  const last = steps.at(-1)!.writes[0]!;
  const { offsets, bytes } = planMemory(steps, { before: [], after: [last] });
  const lives = new Map<Region, [number, number]>();
  for (const [i, { reads, writes, scratch }] of steps.entries()) {
    for (const region of [...reads, ...writes, ...(scratch === undefined ? [] : [scratch])]) {
      lives.set(region, [lives.get(region)?.[0] ?? i, i]);
    }
  }
  const all = [...lives];
  let shared = 0;
  for (const [a, [firstA, lastA]] of all) {
    expect(offsets.get(a)! + a.bytes).toBeLessThanOrEqual(bytes);
    for (const [b, [firstB, lastB]] of all) {
      const overlap =
        offsets.get(a)! < offsets.get(b)! + b.bytes && offsets.get(b)! < offsets.get(a)! + a.bytes;
      if (a === b || !overlap || lastA < firstB || lastB < firstA) continue;
      const heir = steps[Math.max(firstA, firstB)]!.inPlace?.[0];
      expect(heir === undefined ? [] : [...heir]).toEqual(expect.arrayContaining([a, b]));
      shared++;
    }
  }
  expect(shared).toBeGreaterThan(0);
});

test("memory of a region that died is used again", () => {
  const regions = Array.from({ length: 10 }, () => new Region(6400));
  const steps = regions.map((region, i) =>
    step({ reads: regions.slice(Math.max(0, i - 1), i), writes: [region] }),
  );
  expect(planMemory(steps, { before: [], after: [] }).bytes).toBe(2 * 6400);
});

test("no region lies across two slabs", () => {
  const regions = Array.from({ length: 5 }, () => new Region(0.8 * SLAB_BYTES));
  const { offsets } = planMemory([step({ writes: regions })], { before: [], after: regions });
  for (const offset of offsets.values()) expect(offset % SLAB_BYTES).toBeLessThanOrEqual(0.2 * SLAB_BYTES);
});

test("a tensor larger than a slab is refused with a hint", () => {
  const region = new Region(SLAB_BYTES + 64);
  expect(() => planMemory([step({ writes: [region] })], { before: [], after: [] })).toThrow(/2 GiB/);
});
