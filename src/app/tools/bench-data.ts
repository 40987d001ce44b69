// Measures the loader alone: pictures read, decoded, augmented and batched, with nobody training on them.
import type { ComponentRegistry, Composition } from "../../config/index.ts";
import { RunParts } from "../run/run-parts.ts";

/** What was measured, with the keys that `--json` prints. */
export interface DataMeasurement {
  readonly image_size: number;
  readonly batch_size: number;
  readonly num_workers: number | null;
  readonly images_per_second: number;
  readonly images: number;
}

/** Which loader is measured, and for how long. */
export interface BenchDataRequest {
  readonly composition: Composition;
  readonly registry: ComponentRegistry;
  /**
   * Stop behind the batch in progress after so many seconds; default 10. Not measured: the first batch, or the first
   * epoch where it fills a cache.
   */
  readonly seconds?: number;
}

/** Goes through training epochs of the configured data. */
export async function benchData({
  composition,
  registry,
  seconds = 10,
}: BenchDataRequest): Promise<DataMeasurement> {
  const parts = new RunParts(composition, registry);
  await using data = await parts.data(undefined, await parts.model());
  const warmEpochs = data.options.cache === "none" ? 0 : 1;
  let images = 0;
  let begin: number | undefined;
  let elapsed = 0;
  for (let epoch = 0; elapsed < seconds; epoch++) {
    for await (const batch of data.trainLoader(epoch, { reuseMemory: true })) {
      if (epoch < warmEpochs) continue;
      if (begin === undefined) begin = performance.now();
      else images += batch.images.shape[0]!;
      elapsed = (performance.now() - begin) / 1000;
      if (elapsed >= seconds) break;
    }
  }
  const { imageSize, batchSize, numWorkers } = data.options;
  return {
    image_size: imageSize,
    batch_size: batchSize,
    num_workers: numWorkers,
    images_per_second: images / elapsed,
    images,
  };
}
