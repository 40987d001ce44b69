// A thread's own side of a team: kernels made callable in its memory, convolutions ready to be worked on.
import { type CompiledModule, type LinearMemory, webAssembly } from "../../../wasm/interface.ts";
import { type Library, productOf } from "../ffi/index.ts";
import type { Blueprint } from "./blueprint.ts";
import { type Operands, type Phase, phasesOf, type TileKernels } from "./work.ts";

/** Words that a team's threads share. */
export const CONTROL = {
  /** Counts phases: a change wakes the helpers. */
  turn: 0,
  /** Which convolution, which of its phases. */
  errand: 1,
  phase: 2,
  /** Helpers that have not finished. */
  busy: 3,
  /** Not 0 once a helper failed or died. */
  failed: 4,
  words: 5,
} as const;

/** Looks at a word so often before it sleeps: about as long as waking a thread takes. */
export const SPINS = 2000;

/** What a helper is started with. */
export interface HelperData {
  readonly control: Int32Array;
  readonly memory: LinearMemory<SharedArrayBuffer>;
  readonly address: number;
  /** Which share is its own. */
  readonly thread: number;
}

/** A convolution to get ready for; errands are numbered from 0 in the order in which they are sent. */
export interface Errand {
  /** Equal for convolutions with the same kernels. */
  readonly key: string;
  readonly module: CompiledModule;
  readonly blueprint: Blueprint;
  readonly operands: Operands;
}

/** Makes errands ready in one thread. */
export class Workshop {
  readonly #library: Library;
  readonly #memory: LinearMemory<SharedArrayBuffer>;
  readonly #address: number;
  readonly #kernels = new Map<string, TileKernels>();

  /** @param address of the memory, for native code */
  constructor(library: Library, memory: LinearMemory<SharedArrayBuffer>, address: number) {
    this.#library = library;
    this.#memory = memory;
    this.#address = address;
  }

  /** The phases of an errand. */
  ready({ key, module, blueprint, operands }: Errand): readonly Phase[] {
    let kernels = this.#kernels.get(key);
    if (kernels === undefined) {
      const instance = new webAssembly.Instance(module, { host: { memory: this.#memory } });
      kernels = instance.exports as TileKernels;
      this.#kernels.set(key, kernels);
    }
    return phasesOf(blueprint, kernels, operands, this.#address, productOf(this.#library));
  }
}
