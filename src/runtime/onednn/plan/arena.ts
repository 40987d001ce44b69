// The memory of a session: its variables first, behind them the intermediate values of whatever program runs.
import { ClassifierTrainingError } from "../../../core/index.ts";
import { tooLargeTensor, withinSlab } from "../../planning/index.ts";
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
  readonly slabBytes: number;
  readonly #library: Library;
  readonly #slabs: SharedMemory[] = [];
  #begin = 0;

  /** @param slabBytes what a slab may hold, whole pages of WebAssembly's */
  constructor(library: Library, slabBytes: number = SLAB_BYTES) {
    this.#library = library;
    this.slabBytes = slabBytes;
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
    if (bytes > this.slabBytes) {
      throw new ClassifierTrainingError(
        "failure",
        "RUNTIME_MEMORY",
        `variables of ${(bytes / 2 ** 30).toFixed(1)} GiB exceed what this runtime can hold as one (${(this.slabBytes / 2 ** 30).toPrecision(3)} GiB)`,
        { hint: "use a smaller model" },
      );
    }
    const { places, end } = this.#placesBehind([bytes]);
    this.#begin = end;
    return places[0]!;
  }

  /**
   * Memory behind the variables for tensors of these sizes in bytes, for use until a program runs.
   * @throws ClassifierTrainingError `RUNTIME_MEMORY` for a tensor that is larger than a slab
   */
  lend(sizes: readonly number[]): readonly Place[] {
    const largest = Math.max(0, ...sizes);
    if (largest > this.slabBytes) throw tooLargeTensor(largest, this.slabBytes);
    return this.#placesBehind(sizes).places;
  }

  #placesBehind(sizes: readonly number[]): { readonly places: readonly Place[]; readonly end: number } {
    let end = this.#begin;
    const offsets = sizes.map((bytes) => {
      const size = aligned(Math.max(bytes, 1));
      const offset = withinSlab(end, size, this.slabBytes);
      end = offset + size;
      return offset;
    });
    this.reserve(end);
    return { places: offsets.map((offset) => this.at(offset)), end };
  }

  /** Makes room up to the byte `end`. */
  reserve(end: number): void {
    for (let slab = 0; slab * this.slabBytes < Math.max(end, 1); slab++) {
      const memory = this.#slabs[slab] ?? sharedMemory(this.#library, this.slabBytes);
      memory.reserve(Math.min(end - slab * this.slabBytes, this.slabBytes));
      this.#slabs[slab] = memory;
    }
  }

  /** The slab that holds the byte at `offset`, and where in it. */
  at(offset: number): Place {
    return { memory: this.#slabs[Math.floor(offset / this.slabBytes)]!, offset: offset % this.slabBytes };
  }
}
