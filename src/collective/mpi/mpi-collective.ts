// Processes that MPI has started: every operation is begun, and moved on between the turns of the event loop.
import { nextTask } from "../../platform/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import { type MpiLibrary, type MpiRequest, openMpi } from "./library.ts";

/** Milliseconds that an operation is moved on before events that wait have their turn. */
const TURN = 2;
/** Elements that are reduced as one operation: counts of MPI have 31 bits. */
const LARGEST = 2 ** 28;

/**
 * Joins the processes that `mpirun` or `srun --mpi=pmix` has started. One process can do so once.
 * @throws ClassifierTrainingError `COLLECTIVE_UNAVAILABLE` where there is no MPI library, `COLLECTIVE_FAILED`
 */
export async function openMpiCollective(environment: NodeJS.ProcessEnv): Promise<MpiCollective> {
  return new MpiCollective(await openMpi(environment));
}

/** The event loop stays alive while others are waited for: progress, signals and data go on. */
export class MpiCollective implements Collective {
  readonly rank: number;
  readonly size: number;
  /** The library and its version. */
  readonly description: string;
  /** How long other processes and the network have been waited for, in milliseconds. */
  waited = 0;
  readonly #library: MpiLibrary;

  constructor(library: MpiLibrary) {
    this.#library = library;
    this.rank = library.rank;
    this.size = library.size;
    this.description = library.description;
  }

  async allReduce(elements: Float32Array | Float64Array): Promise<void> {
    for (let from = 0; from < elements.length; from += LARGEST)
      await this.#done(this.#library.startAllReduce(elements.subarray(from, from + LARGEST)));
  }

  async broadcast(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += LARGEST)
      await this.#done(this.#library.startBroadcast(bytes.subarray(from, from + LARGEST)));
  }

  async barrier(): Promise<void> {
    await this.#done(this.#library.startBarrier());
  }

  abort(exitCode: number): void {
    this.#library.abort(exitCode);
  }

  async close(): Promise<void> {
    await this.barrier();
    this.#library.finalize();
  }

  async #done(request: MpiRequest): Promise<void> {
    const start = performance.now();
    for (let turn = start; !this.#library.test(request); ) {
      if (performance.now() - turn < TURN) continue;
      await nextTask();
      turn = performance.now();
    }
    this.waited += performance.now() - start;
  }
}
