// Which cache suits a data set: memory where its pictures fit, the disk otherwise.
import { freemem } from "node:os";
import type { ImageDataset } from "./dataset.ts";
import { type ReadOptions, readImage } from "./read-image.ts";

/** Where decoded pictures are kept. */
export type CacheKind = "none" | "ram" | "disk";

/** Pictures decoded to learn how large they are. */
const SAMPLES = 16;
const SHARE_OF_MEMORY = 0.5;

/** "ram" where all pictures of these data sets would take less than half of the memory available, else "disk". */
export async function chooseCache(
  datasets: readonly ImageDataset[],
  options: ReadOptions,
  available: number = freemem(),
): Promise<CacheKind> {
  let bytes = 0;
  for (const dataset of datasets) {
    const count = dataset.labels.length;
    const step = Math.max(1, Math.floor(count / SAMPLES));
    let [sampled, sum] = [0, 0];
    for (let index = 0; index < count; index += step) {
      const image = await dataset.source(index);
      const decoded = await readImage(image, dataset.name(index), options).catch(() => undefined);
      if (decoded === undefined) continue;
      sampled++;
      sum += decoded.data.length;
    }
    bytes += sampled === 0 ? 0 : (sum / sampled) * count;
  }
  return bytes < available * SHARE_OF_MEMORY ? "ram" : "disk";
}
