// What of a picture's road is the same in every epoch: read, decode, and the transforms before the first random one.
import { RandomStream } from "../../core/index.ts";
import { type DecodeOptions, decodeImage } from "../../image/decode.ts";
import type { Image } from "../../image/image.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { imageLibraryVersions } from "../../image/native/index.ts";
import { readImage, readSource } from "../../image/read-image.ts";
import type { Transform } from "../../transforms/transform.ts";
import { findOnDisk, keepOnDisk } from "./disk-cache.ts";

/** How a picture is prepared, up to where random numbers begin. */
export interface Preparation {
  readonly read: DecodeOptions;
  /** Transforms of pictures without random numbers. Default none: the decoded picture. */
  readonly prefix?: Transform | undefined;
  /** Where the pictures that this gives are kept by the hash of their files. Default null: nowhere. */
  readonly cacheFolder?: string | null;
}

/**
 * The picture of a source, decoded and through the prefix.
 * @param name what errors call it
 * @throws ClassifierTrainingError as `readImage` does
 */
export async function prepareImage(
  source: ImageSource,
  name: string,
  { read, prefix, cacheFolder = null }: Preparation,
): Promise<Image> {
  if (cacheFolder === null || source.kind === "image" || source.kind === "pixels") {
    return applyPrefix(prefix, await readImage(source, name, read));
  }
  const bytes = await readSource(source, name);
  const variant = variantOf({ read, prefix }, await imageLibraryVersions());
  const kept = findOnDisk(cacheFolder, bytes, variant);
  if (kept !== undefined) return kept;
  const image = await applyPrefix(prefix, await decodeImage(bytes, name, read));
  keepOnDisk(cacheFolder, bytes, variant, image);
  return image;
}

/** The picture after the prefix. */
export async function applyPrefix(prefix: Transform | undefined, image: Image): Promise<Image> {
  if (prefix === undefined) return image;
  // A prefix holds transforms of pictures only, and none of them draws.
  return (await prefix.apply(image, new RandomStream(0, "prefix"))) as Image;
}

/** All that a prepared picture depends on but the bytes of its file. */
export function variantOf(
  { read, prefix }: Pick<Preparation, "read" | "prefix">,
  libraries: Readonly<Record<string, string>>,
): string {
  return JSON.stringify([read.shrinkTo ?? null, prefix?.describe() ?? null, libraries]);
}
