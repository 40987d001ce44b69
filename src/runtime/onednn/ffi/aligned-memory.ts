// Memory that JavaScript owns and native code computes in.
import { type LinearMemory as Linear, PAGE_BYTES, webAssembly } from "../../../wasm/interface.ts";
import type { Library } from "./library.ts";

/** A cache line, and the width of a vector register. */
export const ALIGNMENT = 64;

/** What one shared memory may hold: kernels in WebAssembly address 4 GiB, of which plain memory takes some to be aligned. */
export const SLAB_BYTES: number = 2 ** 32 - PAGE_BYTES;

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
export interface SharedMemory {
  /** All of it, as large as it is by now. */
  readonly buffer: SharedArrayBuffer;
  /** Where in `buffer` the aligned bytes begin. */
  readonly byteOffset: number;
  readonly address: number;
  /** The same as the memory of kernels in WebAssembly, whose address 0 is `address`; absent where they cannot reach it. */
  readonly linear: Linear<SharedArrayBuffer> | undefined;
  /** Makes it at least this large. */
  reserve(bytes: number): void;
}

/** Memory that kernels in WebAssembly reach too. */
export class LinearMemory implements SharedMemory {
  readonly byteOffset = 0;
  readonly address: number;
  readonly linear: Linear<SharedArrayBuffer>;

  /**
   * @param maxBytes up to which it may grow, whole pages
   * @throws RangeError where the system grants no address space for it.
   */
  constructor(library: Library, maxBytes: number) {
    this.linear = new webAssembly.Memory({ initial: 1, maximum: maxBytes / PAGE_BYTES, shared: true });
    this.address = library.addressOf(new Uint8Array(this.linear.buffer));
  }

  get buffer(): SharedArrayBuffer {
    return this.linear.buffer;
  }

  reserve(bytes: number): void {
    const lacking = bytes - this.linear.buffer.byteLength;
    if (lacking > 0) this.linear.grow(Math.ceil(lacking / PAGE_BYTES));
  }
}

/** Memory for native code and JavaScript alone. */
export class AlignedMemory implements SharedMemory {
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
  readonly address: number;
  readonly linear = undefined;

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

  reserve(bytes: number): void {
    if (bytes > this.bytes) (this.buffer as GrowableSharedArrayBuffer).grow(bytes + ALIGNMENT);
  }

  /** A float32 view of `length` elements from byte `offset`. */
  float32(offset: number, length: number): Float32Array {
    return new Float32Array(this.buffer, this.byteOffset + offset, length);
  }
}

/** Memory of up to `maxBytes` that kernels in WebAssembly reach, or plain where the system does not grant that. */
export function sharedMemory(library: Library, maxBytes: number): SharedMemory {
  try {
    return new LinearMemory(library, maxBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new AlignedMemory(library, 0, maxBytes);
  }
}
