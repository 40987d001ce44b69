import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { folder, picture } from "../../../test/data/pictures.ts";
import { Compose } from "../../transforms/compose.ts";
import { defaultEvalTransforms, defaultTrainTransforms } from "../../transforms/presets.ts";
import { RandomCrop } from "../../transforms/random-crop.ts";
import { Resize } from "../../transforms/resize.ts";
import { ToDtype } from "../../transforms/to-dtype.ts";
import type { Transform } from "../../transforms/transform.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import { DataLoader } from "../loading/loader.ts";
import type { Pipeline } from "../loading/pipeline.ts";
import { sequentialSampler } from "../sampling/samplers.ts";
import { chooseCache, keepPictures } from "./cache-choice.ts";
import { ImageCache } from "./image-cache.ts";

const COUNT = 6;
for (let i = 0; i < COUNT; i++) await picture(join(folder, `${i}.png`), i);
const dataset: ImageDataset = {
  classes: ["a", "b"],
  labels: new Int32Array(COUNT),
  name: String,
  source: (index) => ({ kind: "file", path: join(folder, `${index}.png`) }),
};
const pipeline = (transform: Transform): Pipeline => ({ transform, read: {}, seed: 1 });

/** Bytes that a cache holds once an epoch is through. */
async function cachedBytes(pipeline: Pipeline): Promise<number> {
  const cache = new ImageCache();
  const order = sequentialSampler(COUNT).order(0);
  for await (const _ of new DataLoader({ dataset, order, pipeline, batchSize: 4, cache }));
  expect(cache.size).toBe(COUNT);
  return cache.bytes;
}

test("pictures of an evaluation are kept at the network's size, which takes less memory", async () => {
  const whole = pipeline(defaultEvalTransforms(8));
  const kept = await keepPictures(dataset, whole);
  expect(kept.bytes).toBe(COUNT * 8 * 8 * 3);
  expect(await cachedBytes(kept.pipeline)).toBe(kept.bytes);
  expect(await cachedBytes(whole)).toBeGreaterThan(COUNT * 20 * 20 * 3);
});

test("pictures of a training are kept as its list begins", async () => {
  const steps = [new Resize({ size: [10, 10] }), new RandomCrop({ size: 8 }), new ToDtype()];
  const kept = await keepPictures(dataset, pipeline(new Compose({ transforms: steps })));
  expect(await cachedBytes(kept.pipeline)).toBe(COUNT * 10 * 10 * 3);
});

test.each([
  ["begins with a random transform", defaultTrainTransforms(8)],
  ["would enlarge them", defaultEvalTransforms(64)],
])("pictures are kept whole where the list %s", async (_, transform) => {
  const whole = pipeline(transform);
  const kept = await keepPictures(dataset, whole);
  expect(kept.pipeline).toBe(whole);
  expect(kept.bytes).toBe(await cachedBytes(whole));
});

test("memory is taken for what fits into half of it", () => {
  expect([chooseCache(49, 100), chooseCache(51, 100)]).toEqual(["ram", "disk"]);
});

test("memory is what is available to this process, as a container limits it", () => {
  const available = vi.spyOn(process, "availableMemory").mockReturnValue(1000);
  try {
    expect([chooseCache(499), chooseCache(501)]).toEqual(["ram", "disk"]);
    const cache = new ImageCache();
    const image = { width: 10, height: 10, data: new Uint8Array(300) };
    for (let i = 0; i < 3; i++) {
      const source = { kind: "file", path: join(folder, `${i}.png`) } as const;
      const stamp = cache.reserve(source);
      if (stamp !== undefined) cache.keep(source, undefined, stamp, image);
    }
    expect(cache.bytes).toBe(300);
  } finally {
    available.mockRestore();
  }
});
