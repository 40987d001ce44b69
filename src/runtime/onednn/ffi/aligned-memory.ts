// Memory that JavaScript owns and native code computes in.
import type { Library } from "./library.ts";

/** A cache line, and the width of a vector register. */
export const ALIGNMENT = 64;

/** The arena of intermediate values consists of slabs of this size: shared memory is limited to 4 GiB. */
export const SLAB_BYTES: number = 2 ** 31;

/** Bytes rounded up to whole cache lines. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Node.js has shared memory that grows in place; TypeScript's library for ES2023 does not know it yet. */
type GrowableSharedArrayBuffer = SharedArrayBuffer & { grow(byteLength: number): void };
type GrowableConstructor = new (
  byteLength: number,
  options: { readonly maxByteLength: number },
) => GrowableSharedArrayBuffer;

/** Shared, zeroed, 64-byte aligned memory at an address that does not change while it is referenced. */
export class AlignedMemory {
  readonly buffer: SharedArrayBuffer;
  /** Where in `buffer` the aligned bytes begin. */
  readonly byteOffset: number;
  readonly address: number;

  /** @param maxBytes up to which the memory may grow in place; default: not at all. */
  constructor(library: Library, bytes: number, maxBytes?: number) {
    this.buffer =
      maxBytes === undefined
        ? new SharedArrayBuffer(bytes + ALIGNMENT)
        : new (SharedArrayBuffer as unknown as GrowableConstructor)(bytes + ALIGNMENT, {
            maxByteLength: maxBytes + ALIGNMENT,
          });
    const address = library.addressOf(new Uint8Array(this.buffer));
    this.byteOffset = (ALIGNMENT - (address % ALIGNMENT)) % ALIGNMENT;
    this.address = address + this.byteOffset;
  }

  get bytes(): number {
    return this.buffer.byteLength - ALIGNMENT;
  }

  /** Makes growable memory at least this large. */
  reserve(bytes: number): void {
    if (bytes > this.bytes) (this.buffer as GrowableSharedArrayBuffer).grow(bytes + ALIGNMENT);
  }

  /** A float32 view of `length` elements from byte `offset`. */
  float32(offset: number, length: number): Float32Array {
    return new Float32Array(this.buffer, this.byteOffset + offset, length);
  }
}
