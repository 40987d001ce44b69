// Keeps prepared pictures on disk by the hash of their files, so that they are prepared once for all runs. In a page disk-cache.browser.ts.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../../image/image.ts";
import { cacheFolder } from "../../platform/cache-folder.ts";
import { replaceFile } from "../../platform/replace-file.ts";

/** Whether there is such a cache here. */
export const HAS_DISK_CACHE = true as boolean;

/** Changed whenever the same bytes, transforms and libraries give other pixels. */
const VERSION = 2;
const HEADER_BYTES = 16;
const MAGIC = 0x43544943;

/** `pictures` in the toolkit's cache folder. */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(environment), "pictures");
}

/**
 * The kept picture of a file with these bytes; undefined where there is none or it is damaged.
 * @param variant what else the pixels depend on
 */
export function findOnDisk(folder: string, bytes: Uint8Array, variant: string): Image | undefined {
  let file: Buffer;
  try {
    file = readFileSync(pathOf(folder, bytes, variant));
  } catch {
    return undefined;
  }
  if (file.length < HEADER_BYTES || file.readUInt32LE(0) !== MAGIC) return undefined;
  const [width, height] = [file.readUInt32LE(4), file.readUInt32LE(8)];
  const data = file.subarray(HEADER_BYTES);
  return data.length === width * height * 3 ? { width, height, data } : undefined;
}

/** Keeps a picture. A full or read-only disk only means that it is prepared again next time. */
export function keepOnDisk(folder: string, bytes: Uint8Array, variant: string, image: Image): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(image.width, 4);
  header.writeUInt32LE(image.height, 8);
  replaceFile(pathOf(folder, bytes, variant), Buffer.concat([header, image.data]));
}

function pathOf(folder: string, bytes: Uint8Array, variant: string): string {
  const hash = createHash("sha256").update(`${VERSION} ${variant}\0`).update(bytes).digest("hex");
  return join(folder, hash.slice(0, 2), `${hash.slice(2)}.rgb`);
}
