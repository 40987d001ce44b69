// Memory for intermediate values, shared by all executables of a session: they run one after another.
import { AlignedMemory, type Library } from "../ffi/index.ts";

/** Grows to the largest plan. Addresses hold until `memory` is another. */
export class Arena {
  readonly #library: Library;
  #memory: AlignedMemory | undefined;

  constructor(library: Library) {
    this.#library = library;
  }

  get memory(): AlignedMemory {
    this.#memory ??= new AlignedMemory(this.#library, 0);
    return this.#memory;
  }

  /** Makes room for a plan. */
  reserve(bytes: number): void {
    if (this.memory.bytes < bytes) this.#memory = new AlignedMemory(this.#library, bytes);
  }
}
