// Reads numbers and byte runs one after the other from a source, a block at a time.
import type { ByteSource } from "./byte-source.ts";

const BLOCK = 64 * 1024;

/** Little-endian; reading past the end is the source's error. */
export class ByteCursor {
  readonly #source: ByteSource;
  #block: DataView = new DataView(new ArrayBuffer(0));
  #blockStart: number;
  #position: number;

  constructor(source: ByteSource, position = 0) {
    this.#source = source;
    this.#position = position;
    this.#blockStart = position;
  }

  /** Offset of the next byte in the source. */
  get position(): number {
    return this.#position;
  }

  uint8(): number {
    const at = this.#take(1);
    return this.#block.getUint8(at);
  }

  uint16(): number {
    const at = this.#take(2);
    return this.#block.getUint16(at, true);
  }

  uint32(): number {
    const at = this.#take(4);
    return this.#block.getUint32(at, true);
  }

  int32(): number {
    const at = this.#take(4);
    return this.#block.getInt32(at, true);
  }

  /** A 64-bit count; exact up to 2^53 and certainly too large for any file beyond. */
  uint64(): number {
    const at = this.#take(8);
    return Number(this.#block.getBigUint64(at, true));
  }

  /** The only big-endian number that pickles know. */
  float64BigEndian(): number {
    const at = this.#take(8);
    return this.#block.getFloat64(at, false);
  }

  /** The next `length` bytes; valid until the next call. */
  bytes(length: number): Uint8Array {
    if (length > BLOCK) {
      const bytes = this.#source.read(this.#position, length);
      this.#position += length;
      return bytes;
    }
    const start = this.#take(length);
    return new Uint8Array(this.#block.buffer, start, length);
  }

  /** Makes the next `length` (at most a block) bytes available and returns where in the block they start. */
  #take(length: number): number {
    let start = this.#position - this.#blockStart;
    if (start < 0 || start + length > this.#block.byteLength) {
      const left = this.#source.size - this.#position;
      this.#block = new DataView(
        this.#source.read(this.#position, Math.max(length, Math.min(BLOCK, left))).buffer,
      );
      this.#blockStart = this.#position;
      start = 0;
    }
    this.#position += length;
    return start;
  }
}
