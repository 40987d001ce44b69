import { expect, test } from "vitest";
import { type MemoryUse, type Outside, planMemory, type Region } from "./memory-plan.ts";

const SLAB_BYTES = 2 ** 31;

type Step = MemoryUse<Region>;

const region = (bytes: number): Region => ({ bytes });

function step(parts: Partial<Step>): Step {
  return { reads: [], writes: [], ...parts };
}

function plan(steps: readonly Step[], outside: Outside<Region> = { before: [], after: [] }) {
  return planMemory(steps, outside, { alignment: 64, slabBytes: SLAB_BYTES });
}

/** A chain of steps with random reads of earlier results. */
function randomSteps(count: number): Step[] {
  const regions: Region[] = [];
  return Array.from({ length: count }, (_, i) => {
    const random = (salt: number): number => ((i * 7919 + salt * 104729) % 1009) / 1009;
    const result = region(64 * (1 + Math.floor(random(1) * 50)));
    const reads = regions.filter((_, j) => (i * 31 + j * 17) % 5 === 0 && i - j < 9);
    const operand = reads.at(-1);
    regions.push(result);
    return step({
      reads,
      writes: [result],
      ...(i % 3 === 0 ? { scratch: region(640) } : {}),
      ...(operand === undefined ? {} : { inPlace: [[result, operand]] }),
    });
  });
}

test("regions that are alive together do not overlap, unless one takes the place of another", () => {
  const steps = randomSteps(200);
  const last = steps.at(-1)!.writes[0]!;
  const { offsets, bytes } = plan(steps, { before: [], after: [last] });
  const lives = new Map<Region, [number, number]>();
  for (const [i, { reads, writes, scratch }] of steps.entries()) {
    for (const used of [...reads, ...writes, ...(scratch === undefined ? [] : [scratch])]) {
      lives.set(used, [lives.get(used)?.[0] ?? i, i]);
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
  const regions = Array.from({ length: 10 }, () => region(6400));
  const steps = regions.map((written, i) =>
    step({ reads: regions.slice(Math.max(0, i - 1), i), writes: [written] }),
  );
  expect(plan(steps).bytes).toBe(2 * 6400);
});

test("no region lies across two slabs", () => {
  const regions = Array.from({ length: 5 }, () => region(0.8 * SLAB_BYTES));
  const { offsets } = plan([step({ writes: regions })], { before: [], after: regions });
  for (const offset of offsets.values()) expect(offset % SLAB_BYTES).toBeLessThanOrEqual(0.2 * SLAB_BYTES);
});

test("a tensor larger than a slab is refused with a hint", () => {
  const huge = region(SLAB_BYTES + 64);
  expect(() => plan([step({ writes: [huge] })])).toThrow(/2\.00 GiB/);
});

test("regions lie behind what is taken, and none across two slabs", () => {
  const begin = SLAB_BYTES - 128;
  const [small, large] = [region(64), region(256)];
  const { bytes, offsets } = planMemory(
    [step({ writes: [small] }), step({ reads: [small], writes: [large] })],
    { before: [], after: [large] },
    { alignment: 64, slabBytes: SLAB_BYTES, begin },
  );
  expect([offsets.get(small), offsets.get(large), bytes]).toEqual([begin, SLAB_BYTES, SLAB_BYTES + 256]);
});
