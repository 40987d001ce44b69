// The compute threads that work on a convolution in Winograd's form together: the one that calls, and helpers.
import { assembleModule, get, vector } from "../../../wasm/assembler.ts";
import { type CompiledModule, type LinearMemory, PAGE_BYTES, webAssembly } from "../../../wasm/interface.ts";
import { type Library, SLAB_BYTES } from "../ffi/index.ts";
import { type Blueprint, kernelsOf } from "./blueprint.ts";
import { Helper, helperFailed } from "./helper.ts";
import type { Operands, Phase } from "./work.ts";
import { CONTROL, type Errand, SPINS, Workshop } from "./workshop.ts";

/** Helpers that take longer than this are looked after, in ms. */
const PATIENCE_MS = 1000;

/** Threads that run phases side by side. The caller waits until all are done, so nothing depends on chance. */
export class Team {
  readonly threads: number;
  readonly #library: Library;
  readonly #workshop: Workshop;
  readonly #helpers: readonly Helper[];
  readonly #control: Int32Array;
  readonly #modules = new Map<string, CompiledModule>();
  #nextErrand = 0;

  private constructor(library: Library, workshop: Workshop, helpers: readonly Helper[], control: Int32Array) {
    this.#library = library;
    this.#workshop = workshop;
    this.#helpers = helpers;
    this.#control = control;
    this.threads = helpers.length + 1;
  }

  /**
   * Starts `threads - 1` helpers.
   * @param memory what kernels work in, at `address` for native code
   */
  static async start(
    library: Library,
    threads: number,
    memory: LinearMemory<SharedArrayBuffer>,
    address: number,
  ): Promise<Team> {
    const control = new Int32Array(new SharedArrayBuffer(CONTROL.words * Int32Array.BYTES_PER_ELEMENT));
    const helpers = await Promise.all(
      Array.from({ length: threads - 1 }, (_, i) =>
        Helper.start({ control, memory, address, thread: i + 1 }),
      ),
    );
    return new Team(library, new Workshop(library, memory, address), helpers, control);
  }

  /** Makes a convolution ready on all threads; what it gives runs it. */
  prepare(blueprint: Blueprint, operands: Operands): () => void {
    const key = JSON.stringify(blueprint);
    let module = this.#modules.get(key);
    if (module === undefined) {
      module = new webAssembly.Module(
        assembleModule(kernelsOf(blueprint), Math.ceil(SLAB_BYTES / PAGE_BYTES)),
      );
      this.#modules.set(key, module);
    }
    const errand: Errand = { key, module, blueprint, operands };
    const number = this.#nextErrand++;
    for (const helper of this.#helpers) helper.send(errand);
    const phases = this.#workshop.ready(errand);
    return () => {
      // Products are the business of one thread each now.
      this.#library.setThreads(1);
      try {
        for (let phase = 0; phase < phases.length; phase++) this.#run(number, phase, phases[phase]!);
      } finally {
        this.#library.setThreads(this.threads);
      }
    };
  }

  /** Ends the helpers. */
  async close(): Promise<void> {
    await Promise.all(this.#helpers.map((helper) => helper.end()));
  }

  #run(errand: number, phase: number, own: Phase): void {
    const control = this.#control;
    if (this.#helpers.length === 0) {
      own(0);
      return;
    }
    this.#expectWhole();
    control[CONTROL.errand] = errand;
    control[CONTROL.phase] = phase;
    Atomics.store(control, CONTROL.busy, this.#helpers.length);
    Atomics.add(control, CONTROL.turn, 1);
    Atomics.notify(control, CONTROL.turn);
    own(0);
    for (let spin = 0; spin < SPINS && Atomics.load(control, CONTROL.busy) > 0; spin++);
    for (let busy = Atomics.load(control, CONTROL.busy); busy > 0; ) {
      const waited = Atomics.wait(control, CONTROL.busy, busy, PATIENCE_MS);
      busy = Atomics.load(control, CONTROL.busy);
      if (waited !== "timed-out" || busy === 0 || this.#helpers.every(({ isAlive }) => isAlive)) continue;
      Atomics.store(control, CONTROL.failed, 1);
      throw helperFailed("has died");
    }
    this.#expectWhole();
  }

  /** @throws ClassifierTrainingError `ONEDNN_FAILED` once a helper failed or died: its share is never done again. */
  #expectWhole(): void {
    if (Atomics.load(this.#control, CONTROL.failed) !== 0) throw helperFailed("failed");
  }
}

/** Whether WebAssembly has vectors here. */
export function hasVectors(): boolean {
  const body = [vector.store(get(0), vector.zero)];
  return webAssembly.validate(
    assembleModule({ store: { parameters: 1, ints: 0, vectors: 0, returns: false, body } }),
  );
}
