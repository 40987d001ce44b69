// Memory for intermediate values, shared by all executables of a session: they run one after another.
import { AlignedMemory, type Library, SLAB_BYTES } from "../ffi/index.ts";

/** Grows to the largest plan, in slabs that keep their addresses. */
export class Arena {
  readonly #library: Library;
  readonly #slabs: AlignedMemory[] = [];

  constructor(library: Library) {
    this.#library = library;
  }

  /** Makes room for so many bytes. */
  reserve(bytes: number): void {
    for (let slab = 0; slab * SLAB_BYTES < Math.max(bytes, 1); slab++) {
      const memory = this.#slabs[slab] ?? new AlignedMemory(this.#library, 0, SLAB_BYTES);
      memory.reserve(Math.min(bytes - slab * SLAB_BYTES, SLAB_BYTES));
      this.#slabs[slab] = memory;
    }
  }

  /** The slab that holds the byte at `offset`, and where in it. */
  at(offset: number): { readonly memory: AlignedMemory; readonly offset: number } {
    return { memory: this.#slabs[Math.floor(offset / SLAB_BYTES)]!, offset: offset % SLAB_BYTES };
  }
}
