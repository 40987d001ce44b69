// The memory of a session: its variables first, behind them the intermediate values of whatever program runs.
import { ClassifierTrainingError } from "../../../core/index.ts";
import { aligned, type Library, type SharedMemory, SLAB_BYTES, sharedMemory } from "../ffi/index.ts";

/** A place in the memory of a session. */
export interface Place {
  readonly memory: SharedMemory;
  /** Bytes from the beginning of that memory. */
  readonly offset: number;
}

/**
 * Grows to the largest plan, in slabs that keep their addresses. All executables of a session share what lies
 * behind the variables: they run one after another.
 */
export class Arena {
  readonly #library: Library;
  readonly #slabs: SharedMemory[] = [];
  #begin = 0;

  constructor(library: Library) {
    this.#library = library;
  }

  /** Where intermediate values may begin, in bytes. */
  get begin(): number {
    return this.#begin;
  }

  /** What it has grown to. */
  get bytes(): number {
    return this.#slabs.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  }

  /**
   * Takes zeroed memory for good; only before anything else is reserved.
   * @throws ClassifierTrainingError `RUNTIME_MEMORY` for more than a slab
   */
  take(bytes: number): Place {
    if (bytes > SLAB_BYTES) {
      throw new ClassifierTrainingError(
        "failure",
        "RUNTIME_MEMORY",
        `variables of ${(bytes / 2 ** 30).toFixed(1)} GiB exceed what this runtime can hold as one (${SLAB_BYTES / 2 ** 30} GiB)`,
        { hint: "use a smaller model" },
      );
    }
    const place = this.lend(bytes);
    this.#begin = place.end;
    return place;
  }

  /** Memory behind the variables, for use until a program runs. */
  lend(bytes: number): Place & { readonly end: number } {
    const size = aligned(Math.max(bytes, 1));
    const rest = SLAB_BYTES - (this.#begin % SLAB_BYTES);
    const begin = size <= rest ? this.#begin : this.#begin + rest;
    const end = begin + size;
    this.reserve(end);
    return { ...this.at(begin), end };
  }

  /** Makes room up to the byte `end`. */
  reserve(end: number): void {
    for (let slab = 0; slab * SLAB_BYTES < Math.max(end, 1); slab++) {
      const memory = this.#slabs[slab] ?? sharedMemory(this.#library);
      memory.reserve(Math.min(end - slab * SLAB_BYTES, SLAB_BYTES));
      this.#slabs[slab] = memory;
    }
  }

  /** The slab that holds the byte at `offset`, and where in it. */
  at(offset: number): Place {
    return { memory: this.#slabs[Math.floor(offset / SLAB_BYTES)]!, offset: offset % SLAB_BYTES };
  }
}
