// Keeps thumbnails and results in memory, where no file can be written.
import type { StudioStore } from "./store.ts";

/** Bytes of all thumbnails together. */
const MOST_BYTES = 64e6;

/** A store that ends with the studio; the thumbnails that came first make room for others. */
export function memoryStore(): StudioStore {
  const thumbnails = new Map<string, Uint8Array>();
  const documents = new Map<string, string>();
  let kept = 0;
  return {
    thumbnail: (key) => thumbnails.get(key),
    keepThumbnail(key, bytes) {
      kept += bytes.length - (thumbnails.get(key)?.length ?? 0);
      thumbnails.set(key, bytes);
      for (const [oldest, { length }] of thumbnails) {
        if (kept <= MOST_BYTES) break;
        thumbnails.delete(oldest);
        kept -= length;
      }
    },
    document: (key) => documents.get(key),
    keepDocument(key, text) {
      documents.set(key, text);
    },
    close: () => undefined,
  };
}
