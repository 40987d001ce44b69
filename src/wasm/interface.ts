// The part of the interface of WebAssembly used here; type definitions of Node.js leave it out.

/** A memory, which grows by pages of `PAGE_BYTES` and never shrinks. */
export interface LinearMemory<B extends ArrayBufferLike = ArrayBuffer> {
  /** All of it, as large as it is by now. */
  readonly buffer: B;
  /** @returns the pages that there were before */
  grow(pages: number): number;
}

/** A compiled module, which threads may send each other. */
export type CompiledModule = object;

interface Interface {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: {
    new (size: { readonly initial: number }): LinearMemory;
    new (size: {
      readonly initial: number;
      readonly maximum: number;
      readonly shared: true;
    }): LinearMemory<SharedArrayBuffer>;
  };
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (module: CompiledModule, imports: object) => { readonly exports: unknown };
}

/** Bytes of a page of memory. */
export const PAGE_BYTES = 65_536;

/** What the engine offers. */
export const webAssembly: Interface = (globalThis as unknown as { readonly WebAssembly: Interface })
  .WebAssembly;
