// Keeps thumbnails and results in memory, where no file can be written.
import type { StudioStore } from "./store.ts";

/** Bytes of all thumbnails together. */
const MOST_BYTES = 64e6;

/**
 * A store that ends with the studio; the thumbnails that came first make room for others.
 * @param kept is read where memory has nothing, and never added to
 */
export function memoryStore(kept?: StudioStore): StudioStore {
  const thumbnails = new Map<string, Uint8Array>();
  const documents = new Map<string, string>();
  let held = 0;
  return {
    thumbnail: (key) => thumbnails.get(key) ?? kept?.thumbnail(key),
    keepThumbnail(key, bytes) {
      held += bytes.length - (thumbnails.get(key)?.length ?? 0);
      thumbnails.set(key, bytes);
      for (const [oldest, { length }] of thumbnails) {
        if (held <= MOST_BYTES) break;
        thumbnails.delete(oldest);
        held -= length;
      }
    },
    document: (key) => documents.get(key) ?? kept?.document(key),
    keepDocument(key, text) {
      documents.set(key, text);
    },
    close: () => kept?.close(),
  };
}
