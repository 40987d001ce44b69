// The memory plan: one arena in which regions whose lifetimes do not overlap share addresses.
import { ClassifierTrainingError } from "../../../core/index.ts";
import { aligned } from "../ffi/index.ts";
import type { Step } from "./step.ts";
import type { Region } from "./tensor.ts";

/** The arena consists of slabs of this size, no region lies across two: shared memory is limited to 4 GiB. */
export const SLAB_BYTES: number = 2 ** 31;

/** Where every region of the arena lies. */
export interface MemoryPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<Region, number>;
}

export interface Outside {
  readonly before: readonly Region[];
  readonly after: readonly Region[];
}

/** The first offset from `offset` on at which so many bytes lie within a slab. */
function withinSlab(offset: number, bytes: number): number {
  const rest = SLAB_BYTES - (offset % SLAB_BYTES);
  return bytes <= rest ? offset : offset + rest;
}

interface Lifetime {
  bytes: number;
  first: number;
  last: number;
  readonly regions: Region[];
}

/**
 * Places regions: the largest first, each at the lowest offset that is free for its whole lifetime. A region
 * that may take the place of one that dies at its birth does.
 *
 * @param outside regions that are written before the first step (inputs, constants) and those that are read
 *   after the last (outputs, constants).
 */
export function planMemory(steps: readonly Step[], outside: Outside): MemoryPlan {
  const lifetimes = [...new Set(lifetimesOf(steps, outside).values())];
  const largest = Math.max(0, ...lifetimes.map(({ bytes }) => bytes));
  if (largest > SLAB_BYTES) {
    throw new ClassifierTrainingError(
      "failure",
      "ONEDNN_MEMORY",
      `a tensor of ${(largest / 2 ** 30).toFixed(1)} GiB exceeds what this runtime can address as one (2 GiB)`,
      { hint: "use a smaller data.batch_size" },
    );
  }
  lifetimes.sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const offsets = new Map<Region, number>();
  const placed: { readonly life: Lifetime; readonly offset: number }[] = [];
  let bytes = 0;
  for (const life of lifetimes) {
    let offset = 0;
    const neighbours = placed
      .filter(({ life: other }) => other.first <= life.last && life.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    for (const { life: other, offset: start } of neighbours) {
      if (start - offset >= life.bytes) break;
      offset = withinSlab(Math.max(offset, start + other.bytes), life.bytes);
    }
    placed.push({ life, offset });
    for (const region of life.regions) offsets.set(region, offset);
    bytes = Math.max(bytes, offset + life.bytes);
  }
  return { bytes, offsets };
}

function lifetimesOf(steps: readonly Step[], { before, after }: Outside): Map<Region, Lifetime> {
  const lastUse = new Map<Region, number>();
  for (const [i, { reads, writes, scratch }] of steps.entries()) {
    for (const region of [...reads, ...writes, ...(scratch === undefined ? [] : [scratch])]) {
      lastUse.set(region, i);
    }
  }
  for (const region of after) lastUse.set(region, steps.length);
  const lifetimes = new Map<Region, Lifetime>();
  for (const region of before) {
    if (region.fixed !== undefined) continue;
    const last = lastUse.get(region) ?? -1;
    lifetimes.set(region, { bytes: aligned(region.bytes), first: -1, last, regions: [region] });
  }
  for (const [i, step] of steps.entries()) {
    const taken = new Set<Lifetime>();
    for (const region of [...step.writes, ...(step.scratch === undefined ? [] : [step.scratch])]) {
      if (region.fixed !== undefined || lifetimes.has(region)) continue;
      const predecessor = step.inPlace?.find(([output, input]) => {
        const life = lifetimes.get(input);
        if (output !== region || life === undefined || taken.has(life)) return false;
        return life.last === i && life.bytes >= region.bytes;
      });
      const last = lastUse.get(region)!;
      const inherited = predecessor === undefined ? undefined : lifetimes.get(predecessor[1]);
      if (inherited !== undefined) {
        taken.add(inherited);
        inherited.last = last;
        inherited.regions.push(region);
        lifetimes.set(region, inherited);
      } else {
        lifetimes.set(region, { bytes: aligned(region.bytes), first: i, last, regions: [region] });
      }
    }
  }
  return lifetimes;
}
