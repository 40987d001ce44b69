// What an epoch shows depends on seed and epoch alone: not on workers, prefetching or where it is entered.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import {
  ArrayDataset,
  DataLoader,
  type ImageBatch,
  type LoaderOptions,
  shuffledSampler,
} from "../../src/data/index.ts";
import { WorkerPool } from "../../src/data/loading/worker-pool.ts";
import { CutMix, defaultTrainTransforms, MixUp } from "../../src/transforms/index.ts";
import { collect } from "../data/pictures.ts";
import { count } from "./scale.ts";

const CASES = count("CASES", 10_000, 100);
const SIDE = 10;
const MOST_PICTURES = 12;
const MOST_WORKERS = 2;

const pools: WorkerPool[] = [];
beforeAll(async () => {
  for (let size = 1; size <= MOST_WORKERS; size++) pools.push(await WorkerPool.start(size));
});
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

const pixels = new Uint8Array(new SharedArrayBuffer(MOST_PICTURES * SIDE * SIDE * 3));
const noise = new RandomStream(1, "order");
pixels.forEach((_, i) => {
  pixels[i] = noise.integer(256);
});
const datasets = Array.from({ length: MOST_PICTURES }, (_, i) => {
  const labels = Array.from({ length: i + 1 }, (_, k) => k % 2);
  return new ArrayDataset({
    classes: ["a", "b"],
    labels,
    width: SIDE,
    height: SIDE,
    layout: "planar",
    pixels,
  });
});
/** One for each seed, as a data module has one for all its epochs. */
const pipelines = Array.from({ length: 8 }, (_, seed) => ({
  transform: defaultTrainTransforms(8),
  read: {},
  seed,
}));

/** What the order of pictures and their augmentation must not depend on. */
interface Way {
  readonly workers: number;
  readonly prefetch: number;
  /** Where the epoch is entered, as a share of its batches. */
  readonly entry: number;
}

const cases = fc.record({
  pictures: fc.integer({ min: 1, max: MOST_PICTURES }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer({ min: 0, max: pipelines.length - 1 }),
  epoch: fc.integer({ min: 0, max: 1000 }),
  dropLast: fc.boolean(),
  mixing: fc.boolean(),
  way: fc.record({
    workers: fc.integer({ min: 0, max: MOST_WORKERS }),
    prefetch: fc.integer({ min: 0, max: 4 }),
    entry: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function epochOf(
  { pictures, seed, epoch, batchSize, dropLast, mixing }: Case,
  way: Way,
): Promise<ImageBatch[]> {
  const options: LoaderOptions = {
    dataset: datasets[pictures - 1]!,
    order: shuffledSampler(pictures, seed).order(epoch),
    pipeline: pipelines[seed]!,
    batchSize,
    dropLast,
    epoch,
    batchTransforms: mixing ? [new MixUp(), new CutMix()] : [],
    prefetch: way.prefetch,
    ...(way.workers === 0 ? {} : { pool: async () => pools[way.workers - 1]! }),
  };
  const { length } = new DataLoader(options);
  return collect(new DataLoader({ ...options, startBatch: Math.round(way.entry * length) }));
}

test(`${CASES} cases: the same batches, each picture once an epoch`, async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const whole = await epochOf(one, { workers: 0, prefetch: 0, entry: 0 });
      const shown = whole.flatMap(({ indices }) => indices);
      expect(new Set(shown).size).toBe(shown.length);
      const { pictures, batchSize, dropLast, way } = one;
      expect(shown.length).toBe(dropLast ? pictures - (pictures % batchSize) : pictures);
      const rest = await epochOf(one, way);
      expect(rest.map(bitsOf)).toEqual(whole.slice(Math.round(way.entry * whole.length)).map(bitsOf));
    }),
    { numRuns: CASES },
  );
});

/** A batch as what can be compared quickly. */
function bitsOf({ images, labels, targets, indices, batch }: ImageBatch): unknown {
  const { buffer, byteOffset, byteLength } = images.data;
  const pixels = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
  return { pixels, labels: [...labels.data], targets: targets && [...targets.data], indices, batch };
}
