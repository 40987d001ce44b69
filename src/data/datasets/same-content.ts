// Finds the pictures of a folder that are the same bytes: links, hard links and copies.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { readSource } from "../../image/read-image.ts";
import { fileStamp, sha256 } from "../../platform/index.ts";
import type { ImageDataset } from "./dataset.ts";

/** Pictures read at the same time. */
const CONCURRENCY = 8;

/**
 * The positions of pictures with equal bytes, in groups by the first of each; a picture that cannot be read is a group of its own.
 * Only those are read that are as many bytes as another.
 */
export async function sameContent(dataset: ImageDataset): Promise<number[][]> {
  const sources = await Promise.all(Array.from(dataset.labels.keys(), (index) => dataset.source(index)));
  const sizes = sources.map(sizeOf);
  const counts = new Map<number | undefined, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const groups = new Map<string, number[]>();
  for (let from = 0; from < sources.length; from += CONCURRENCY) {
    const together = sources.slice(from, from + CONCURRENCY).map(async (source, i) => {
      const index = from + i;
      const size = sizes[index];
      const alone = `picture ${index}`;
      if (size === undefined || counts.get(size) === 1) return alone;
      return (await digestOf(source, dataset.name(index))) ?? alone;
    });
    for (const [i, key] of (await Promise.all(together)).entries()) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [from + i]);
      else group.push(from + i);
    }
  }
  return [...groups.values()];
}

/** The bytes of a picture's file; undefined where it is gone, or where pixels are in memory. */
function sizeOf(source: ImageSource): number | undefined {
  switch (source.kind) {
    case "file": {
      const stamp = fileStamp(source.path);
      return stamp && Number(stamp.size);
    }
    case "blob":
      return source.blob.size;
    case "bytes":
      return source.bytes.length;
    case "slice":
      return source.length;
    case "zip":
      return source.unpackedLength;
    case "pixels":
    case "image":
      return undefined;
  }
}

async function digestOf(source: ImageSource, name: string): Promise<string | undefined> {
  if (source.kind === "pixels" || source.kind === "image") return undefined;
  try {
    return await sha256()
      .update(await readSource(source, name))
      .digest();
  } catch (error) {
    // The loader and `data verify` say what is wrong with it.
    if (error instanceof ClassifierTrainingError && error.code === "PICTURE_UNREADABLE") return undefined;
    throw error;
  }
}
