// Makes thumbnails when they are asked for, a few at a time, the latest first, and keeps them.
import { stat } from "node:fs/promises";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/index.ts";
import { encodeThumbnail } from "../../image/thumbnail.ts";
import type { StudioStore } from "../store/store.ts";
import type { Pictures } from "./pictures.ts";

/** Longest side, in pixels. */
const SIDE = 224;
/** Made at the same time: libvips works in threads of its own. */
const AT_A_TIME = 3;

/** A thumbnail, or what says that there can be none. */
export interface Thumbnail {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Changes with the picture. */
  readonly tag: string;
}

/** What is shown of a picture that cannot be read. */
const UNREADABLE = new TextEncoder().encode(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96"><path d="M24 24h48v48H24zM24 72l48-48" fill="none" stroke="#d55e00" stroke-width="4"/></svg>',
);

interface Waiting {
  readonly signal: AbortSignal | undefined;
  readonly begin: () => void;
}

/** The thumbnails of the open data set. */
export class Thumbnails {
  readonly #pictures: Pictures;
  readonly #store: StudioStore;
  readonly #waiting: Waiting[] = [];
  #working = 0;

  constructor(pictures: Pictures, store: StudioStore) {
    this.#pictures = pictures;
    this.#store = store;
  }

  /**
   * The thumbnail of a picture.
   * @param signal ends the wait for it
   * @throws ClassifierTrainingError `NOT_FOUND`, `PICTURE_OUTSIDE`; the signal's reason
   */
  async of(id: number, signal?: AbortSignal): Promise<Thumbnail> {
    const source = await this.#pictures.source(id);
    const tag = await tagOf(source);
    const kept = tag === undefined ? undefined : this.#store.thumbnail(tag);
    if (kept !== undefined) return { type: "image/jpeg", bytes: kept, tag: tag! };
    await this.#turn(signal);
    try {
      const bytes = await encodeThumbnail(source, this.#pictures.listing.name(id), SIDE);
      if (tag !== undefined) this.#store.keepThumbnail(tag, bytes);
      return { type: "image/jpeg", bytes, tag: tag ?? `${id}` };
    } catch (error) {
      if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
      return { type: "image/svg+xml", bytes: UNREADABLE, tag: `unreadable-${tag ?? id}` };
    } finally {
      this.#working--;
      this.#next();
    }
  }

  /** Waits until this one may begin. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(signal!.reason as Error);
      if (signal?.aborted) return gone();
      signal?.addEventListener("abort", gone, { once: true });
      const begin = (): void => {
        signal?.removeEventListener("abort", gone);
        resolve();
      };
      this.#waiting.push({ signal, begin });
      this.#next();
    });
  }

  #next(): void {
    while (this.#working < AT_A_TIME) {
      const latest = this.#waiting.pop();
      if (latest === undefined) return;
      if (latest.signal?.aborted) continue;
      this.#working++;
      latest.begin();
    }
  }
}

/** What a picture's thumbnail is kept under: its file wherever that is moved, as long as it is not changed; undefined for pixels. */
async function tagOf(source: ImageSource): Promise<string | undefined> {
  if (source.kind !== "file" && source.kind !== "slice" && source.kind !== "zip") return undefined;
  const found = await stat(source.path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const place = source.kind === "file" ? "" : `+${source.offset}`;
  return `${found.ino.toString(36)}-${found.mtimeNs.toString(36)}-${found.size.toString(36)}${place}`;
}
