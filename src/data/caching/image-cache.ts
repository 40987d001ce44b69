// Keeps prepared pictures in memory, as long as their files stay as they were and there is room.
import { sharedMemory } from "../../core/index.ts";
import type { Image } from "../../image/image.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { availableMemory, type FileStamp, fileStamp } from "../../platform/index.ts";
import type { Transform } from "../../transforms/transform.ts";

interface Entry {
  readonly stamp: FileStamp;
  readonly image: Image;
}

/** Part of the available memory that a cache takes by default. */
const SHARE_OF_MEMORY = 0.5;
const ARENA_BYTES = 16 << 20;

/** Prepared pictures by prefix and file. Pixels lie in shared memory, so that worker threads read them without a copy. */
export class ImageCache {
  readonly #entries = new Map<Transform | undefined, Map<string, Entry>>();
  readonly #maxBytes: number;
  #used = 0;

  /** @param maxBytes bytes of pixels to keep at most; default half of the memory that is available now, within the container's limit */
  constructor(maxBytes: number = availableMemory() * SHARE_OF_MEMORY) {
    this.#maxBytes = maxBytes;
  }

  /** Number of pictures kept. */
  get size(): number {
    return [...this.#entries.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes of pixels kept. */
  get bytes(): number {
    return this.#used;
  }

  /** The kept picture of a file that is as it was; undefined where there is none. */
  find(source: ImageSource, prefix: Transform | undefined): Image | undefined {
    const key = keyOf(source);
    const entries = this.#entries.get(prefix);
    const entry = key === undefined ? undefined : entries?.get(key);
    if (entry === undefined) return undefined;
    const stamp = stampOf(source);
    if (stamp !== undefined && sameStamp(stamp, entry.stamp)) return entry.image;
    this.#used -= entry.image.data.length;
    entries!.delete(key!);
    return undefined;
  }

  /** What to check a file by once it is prepared; undefined where it is not worth keeping or there is no room. */
  reserve(source: ImageSource): FileStamp | undefined {
    return this.#used < this.#maxBytes && keyOf(source) !== undefined ? stampOf(source) : undefined;
  }

  /** Keeps a picture whose pixels lie in shared memory. `stamp` was taken before the file was read. */
  keep(source: ImageSource, prefix: Transform | undefined, stamp: FileStamp, image: Image): void {
    const key = keyOf(source);
    const entries = this.#entries.get(prefix) ?? new Map<string, Entry>();
    const bytes = this.#used + image.data.length;
    if (key === undefined || entries.has(key) || bytes > this.#maxBytes) return;
    this.#used = bytes;
    this.#entries.set(prefix, entries.set(key, { stamp, image }));
  }
}

function keyOf(source: ImageSource): string | undefined {
  if (source.kind === "file" || source.kind === "blob") return source.path;
  return source.kind === "slice" || source.kind === "zip" ? `${source.path}\0${source.offset}` : undefined;
}

/** The stamp of the file a source is read from; undefined where there is no such file. */
export function stampOf(source: ImageSource): FileStamp | undefined {
  if (!("path" in source)) return undefined;
  if (source.kind !== "blob") return fileStamp(source.path);
  return { size: BigInt(source.blob.size), modified: BigInt(source.modified) };
}

/** Whether a file is taken to be unchanged: its contents are not looked at. */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.modified === b.modified;
}

/** Copies pictures into shared memory, many into one block. */
export class SharedArena {
  #block: Uint8Array = new Uint8Array(0);
  #used = 0;

  put({ width, height, data }: Image): Image {
    if (this.#used + data.length > this.#block.length) {
      this.#block = new Uint8Array(sharedMemory(Math.max(ARENA_BYTES, data.length)));
      this.#used = 0;
    }
    const place = this.#block.subarray(this.#used, this.#used + data.length);
    place.set(data);
    this.#used += data.length;
    return { width, height, data: place };
  }
}
