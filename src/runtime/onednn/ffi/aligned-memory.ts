// Memory that JavaScript owns and native code computes in.
import type { Library } from "./library.ts";

/** A cache line, and the width of a vector register. */
export const ALIGNMENT = 64;

/** Bytes rounded up to whole cache lines. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Shared, zeroed, 64-byte aligned memory at an address that does not change while it is referenced. */
export class AlignedMemory {
  readonly buffer: SharedArrayBuffer;
  /** Where in `buffer` the aligned bytes begin. */
  readonly byteOffset: number;
  readonly bytes: number;
  readonly address: number;

  constructor(library: Library, bytes: number) {
    this.bytes = bytes;
    this.buffer = new SharedArrayBuffer(bytes + ALIGNMENT);
    const address = library.addressOf(new Uint8Array(this.buffer));
    this.byteOffset = (ALIGNMENT - (address % ALIGNMENT)) % ALIGNMENT;
    this.address = address + this.byteOffset;
  }

  /** A float32 view of `length` elements from byte `offset`. */
  float32(offset: number, length: number): Float32Array {
    return new Float32Array(this.buffer, this.byteOffset + offset, length);
  }
}
