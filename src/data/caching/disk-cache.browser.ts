// A page keeps prepared pictures in memory only.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Image } from "../../image/image.ts";

/** Whether there is such a cache here. */
export const HAS_DISK_CACHE = false as boolean;

/** @throws ClassifierTrainingError kind "usage", `CACHE`, always */
export function defaultCacheFolder(): string {
  throw new ClassifierTrainingError("usage", "CACHE", "a page keeps prepared pictures in memory only", {
    where: "data.cache",
    hint: 'use cache: "ram"',
  });
}

/** Undefined: nothing is kept. */
export function findOnDisk(_folder: string, _bytes: Uint8Array, _variant: string): Image | undefined {
  return undefined;
}

/** Does nothing. */
export function keepOnDisk(_folder: string, _bytes: Uint8Array, _variant: string, _image: Image): void {}
