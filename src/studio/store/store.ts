// What the studio keeps so that it need not be made twice: thumbnails and results, all of which can be lost.

/** A cache beside the data set, or in memory. */
export interface StudioStore {
  /** The thumbnail that was kept under this key. */
  thumbnail(key: string): Uint8Array | undefined;
  keepThumbnail(key: string, bytes: Uint8Array): void;
  /** The text that was kept under this key. */
  document(key: string): string | undefined;
  keepDocument(key: string, text: string): void;
  close(): void;
}
