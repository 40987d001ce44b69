// What caches keep of a data set's pictures, and which cache suits them: memory where they fit, the disk otherwise.
import { readImage } from "../../image/read-image.ts";
import { availableMemory } from "../../platform/index.ts";
import { splitPrefix } from "../../transforms/deterministic-prefix.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import type { Pipeline } from "../loading/pipeline.ts";
import { HAS_DISK_CACHE } from "./disk-cache.ts";
import { applyPrefix } from "./prepared-image.ts";

/** Where prepared pictures are kept. */
export type CacheKind = "none" | "ram" | "disk";

/** How the pictures of a data set are kept. */
export interface KeptPictures {
  /** The pipeline, with the transforms that pictures are kept after as its prefix; they do the same together. */
  readonly pipeline: Pipeline;
  /** Bytes of pixels to be kept, estimated from a few pictures. */
  readonly bytes: number;
}

/** Pictures decoded to learn how large they are. */
const SAMPLES = 16;
const SHARE_OF_MEMORY = 0.5;

/** Keeps pictures after the transforms that begin `pipeline` without random numbers, where they are smaller then. */
export async function keepPictures(dataset: ImageDataset, pipeline: Pipeline): Promise<KeptPictures> {
  const split = splitPrefix(pipeline.transform);
  const count = dataset.labels.length;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  let [sampled, whole, reduced] = [0, 0, 0];
  for (let index = 0; index < count; index += step) {
    const source = await dataset.source(index);
    const image = await readImage(source, dataset.name(index), pipeline.read).catch(() => undefined);
    if (image === undefined) continue;
    sampled++;
    whole += image.data.length;
    reduced += (await applyPrefix(split?.prefix, image)).data.length;
  }
  const bytes = sampled === 0 ? 0 : (Math.min(whole, reduced) / sampled) * count;
  if (split === undefined || reduced >= whole) return { pipeline, bytes };
  return { pipeline: { ...pipeline, prefix: split.prefix, transform: split.rest }, bytes };
}

/** "ram" where so many bytes take less than half of the memory available to this process, within its container's limit, else "disk". */
export function chooseCache(bytes: number, available: number = availableMemory()): CacheKind {
  return bytes < available * SHARE_OF_MEMORY || !HAS_DISK_CACHE ? "ram" : "disk";
}
