// The memory plan: one arena in which regions whose lifetimes do not overlap share addresses.
import { ClassifierTrainingError } from "../../core/index.ts";

/** A piece of memory. Compared by identity. */
export interface Region {
  readonly bytes: number;
  /** Present where it lies outside of the arena, as variables do. */
  readonly fixed?: unknown;
}

/** The memory that a step of a program reads and writes. */
export interface MemoryUse<R extends Region> {
  readonly reads: readonly R[];
  readonly writes: readonly R[];
  /** Memory that only this step uses. */
  readonly scratch?: R;
  /** The first region may take the second one's place where that dies here: elements are read before they are written. */
  readonly inPlace?: readonly (readonly [R, R])[];
}

/** Regions that are used outside of the steps. */
export interface Outside<R extends Region> {
  /** Written before the first step: inputs, constants. */
  readonly before: readonly R[];
  /** Read after the last: outputs, constants. */
  readonly after: readonly R[];
}

/** What the arena is made of. */
export interface ArenaShape {
  /** Every region begins at a multiple of so many bytes. */
  readonly alignment: number;
  /** The arena consists of slabs of this size, no region lies across two. */
  readonly slabBytes: number;
  /** Bytes at its beginning that are taken; default 0. */
  readonly begin?: number;
}

/** Where every region of the arena lies. */
export interface MemoryPlan<R extends Region> {
  /** Where the last region ends; the arena's beginning where there is none. */
  readonly bytes: number;
  readonly offsets: ReadonlyMap<R, number>;
}

interface Lifetime<R extends Region> {
  bytes: number;
  first: number;
  last: number;
  readonly regions: R[];
}

/**
 * Places regions: the largest first, each at the lowest offset that is free for its whole lifetime. A region
 * that may take the place of one that dies at its birth does.
 *
 * @throws ClassifierTrainingError `RUNTIME_MEMORY` for a region that is larger than a slab
 */
export function planMemory<R extends Region>(
  steps: readonly MemoryUse<R>[],
  outside: Outside<R>,
  { alignment, slabBytes, begin = 0 }: ArenaShape,
): MemoryPlan<R> {
  const aligned = (size: number): number => Math.ceil(size / alignment) * alignment;
  const lifetimes = [...new Set(lifetimesOf(steps, outside, aligned).values())];
  const largest = Math.max(0, ...lifetimes.map(({ bytes }) => bytes));
  if (largest > slabBytes) throw tooLargeTensor(largest, slabBytes);
  lifetimes.sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const offsets = new Map<R, number>();
  const placed: { readonly life: Lifetime<R>; readonly offset: number }[] = [];
  let bytes = begin;
  for (const life of lifetimes) {
    let offset = withinSlab(begin, life.bytes, slabBytes);
    const neighbours = placed
      .filter(({ life: other }) => other.first <= life.last && life.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    for (const { life: other, offset: start } of neighbours) {
      if (start - offset >= life.bytes) break;
      offset = withinSlab(Math.max(offset, start + other.bytes), life.bytes, slabBytes);
    }
    placed.push({ life, offset });
    for (const region of life.regions) offsets.set(region, offset);
    bytes = Math.max(bytes, offset + life.bytes);
  }
  return { bytes, offsets };
}

/** What is said of a tensor that does not fit into a slab. */
export function tooLargeTensor(bytes: number, slabBytes: number): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "failure",
    "RUNTIME_MEMORY",
    `a tensor of ${(bytes / 2 ** 30).toFixed(1)} GiB exceeds what this runtime can address as one (${(slabBytes / 2 ** 30).toPrecision(3)} GiB)`,
    { hint: "use a smaller data.batch_size" },
  );
}

/** The first offset from `offset` on at which so many bytes lie within a slab. */
export function withinSlab(offset: number, bytes: number, slabBytes: number): number {
  const rest = slabBytes - (offset % slabBytes);
  return bytes <= rest ? offset : offset + rest;
}

function lifetimesOf<R extends Region>(
  steps: readonly MemoryUse<R>[],
  { before, after }: Outside<R>,
  aligned: (bytes: number) => number,
): Map<R, Lifetime<R>> {
  const lastUse = new Map<R, number>();
  for (const [i, { reads, writes, scratch }] of steps.entries()) {
    for (const region of [...reads, ...writes, ...(scratch === undefined ? [] : [scratch])]) {
      lastUse.set(region, i);
    }
  }
  for (const region of after) lastUse.set(region, steps.length);
  const lifetimes = new Map<R, Lifetime<R>>();
  for (const region of before) {
    if (region.fixed !== undefined) continue;
    const last = lastUse.get(region) ?? -1;
    lifetimes.set(region, { bytes: aligned(region.bytes), first: -1, last, regions: [region] });
  }
  for (const [i, step] of steps.entries()) {
    const taken = new Set<Lifetime<R>>();
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
