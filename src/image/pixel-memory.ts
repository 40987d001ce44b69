// Memory for the pixels of decoded pictures.

/** Where a decoder puts its pixels. */
export interface PixelMemory {
  take(bytes: number): Uint8Array;
}

/** Memory of its own for every picture. */
export const freshMemory: PixelMemory = { take: (bytes) => new Uint8Array(bytes) };

/**
 * The same memory for one picture after the other: no page of it is new to the system but once. A picture lives until
 * the next is decoded.
 */
export class ReusedMemory implements PixelMemory {
  #block = new Uint8Array(0);

  take(bytes: number): Uint8Array {
    if (this.#block.length < bytes) this.#block = new Uint8Array(bytes);
    return this.#block.subarray(0, bytes);
  }
}
