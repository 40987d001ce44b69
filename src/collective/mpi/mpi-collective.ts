// Processes that MPI has started: every operation is begun, and moved on between the turns of the event loop.
import { setTimeout as sleep } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";
import type { ErrorKind } from "../../core/index.ts";
import { nextTask } from "../../platform/index.ts";
import type { Collective, Pace } from "../../runtime/collective.ts";
import { withinJoiningTime } from "./joining.ts";
import { type MpiLibrary, type MpiRequest, openMpi } from "./library.ts";
import { Watch } from "./watch.ts";

/** Milliseconds that an operation is moved on before events that wait have their turn. */
const TURN = 2;
/** Milliseconds between two moves of what nobody waits for: what a network brings meanwhile fits into its buffers. */
const PAUSE = 1;
const HURRIED: Pace = { hurried: true };
/** Elements that are reduced as one operation of several at a time: few of them are in caches, and the next are under way. */
const PIECE = 2 ** 18;
/** Bytes that are sent as one operation: counts of MPI have 31 bits. */
const LARGEST = 2 ** 28;
/** Milliseconds in which the watch knows who is gone. */
const EXPLAINED = 20_000;

/**
 * Joins the processes that `mpirun` or `srun --mpi=pmix` has started. One process can do so once.
 * @throws ClassifierTrainingError `COLLECTIVE_UNAVAILABLE` where there is no MPI library, `COLLECTIVE_FAILED`
 */
export async function openMpiCollective(environment: NodeJS.ProcessEnv): Promise<MpiCollective> {
  return withinJoiningTime(environment, async () => {
    const collective = new MpiCollective(await openMpi(environment));
    if (collective.size > 1) collective.watch = await Watch.begin(collective);
    return collective;
  });
}

/** The event loop stays alive while others are waited for: progress, signals and data go on. */
export class MpiCollective implements Collective {
  readonly rank: number;
  readonly size: number;
  /** The library and its version. */
  readonly description: string;
  /** How long other processes and the network have been waited for, in milliseconds. */
  waited = 0;
  /** When that was last added to. */
  #countedTo = 0;
  /** Ends what is waited for when another process is lost; undefined where they cannot watch each other. */
  watch: Watch | undefined;
  readonly #library: MpiLibrary;
  /** Settles with the last of the sums that are made beside everything else. */
  #beside: Promise<void> = Promise.resolve();

  constructor(library: MpiLibrary) {
    this.#library = library;
    this.rank = library.rank;
    this.size = library.size;
    this.description = library.description;
  }

  async allReduce(elements: Float32Array | Float64Array): Promise<void> {
    const pieces: MpiRequest[] = [];
    for (let from = 0; from < elements.length; from += PIECE)
      pieces.push(this.#library.startAllReduce(elements.subarray(from, from + PIECE), false));
    for (const piece of pieces) await this.#done(piece);
  }

  async allReduceBeside(elements: Float32Array | Float64Array, pace: Pace): Promise<void> {
    const request = this.#library.startAllReduce(elements, true);
    // One of them is asked for at a time: that moves all on.
    this.#beside = this.#beside.then(() => this.#done(request, pace));
    return this.#beside;
  }

  async broadcast(bytes: Uint8Array, from = 0): Promise<void> {
    for (let start = 0; start < bytes.length; start += LARGEST)
      await this.#done(this.#library.startBroadcast(bytes.subarray(start, start + LARGEST), from));
  }

  async gather<T>(value: T): Promise<T[]> {
    const own = serialize(value);
    const lengths = new Float64Array(this.size);
    lengths[this.rank] = own.length;
    await this.allReduce(lengths);
    const values: T[] = [];
    for (const [rank, length] of lengths.entries()) {
      const bytes = rank === this.rank ? own : Buffer.alloc(length);
      await this.broadcast(bytes, rank);
      values.push(deserialize(bytes) as T);
    }
    return values;
  }

  async barrier(): Promise<void> {
    await this.#done(this.#library.startBarrier());
  }

  async fail(line: string, kind: ErrorKind): Promise<void> {
    if (this.watch !== undefined) return this.watch.fail(line, kind);
    process.once("exit", (code) => this.abort(code));
  }

  abort(exitCode: number): void {
    this.#library.abort(exitCode);
  }

  async close(): Promise<void> {
    await this.#beside;
    await this.barrier();
    await this.watch?.close();
    this.#library.finalize();
  }

  async #done(request: MpiRequest, pace: Pace = HURRIED): Promise<void> {
    this.watch?.begins();
    for (;;) {
      const begin = performance.now();
      const { hurried } = pace;
      const done = this.#turn(request, hurried ? TURN : 0);
      if (done === true || (done !== false && (await done))) {
        if (hurried) this.#count(begin);
        return;
      }
      this.watch?.check();
      await (hurried ? nextTask() : sleep(PAUSE));
      if (hurried) this.#count(begin);
    }
  }

  /** Two that are waited for at the same time are waited for once. */
  #count(begin: number): void {
    const now = performance.now();
    this.waited += now - Math.max(begin, this.#countedTo);
    this.#countedTo = now;
  }

  /** Moves on for some milliseconds. */
  #turn(request: MpiRequest, milliseconds: number): boolean | Promise<boolean> {
    for (const begin = performance.now(); ; ) {
      const done = this.#test(request);
      if (done !== false || performance.now() - begin >= milliseconds) return done;
    }
  }

  /** What MPI says when another process is gone comes before the watch knows which. */
  #test(request: MpiRequest): boolean | Promise<boolean> {
    try {
      return this.#library.test(request);
    } catch (error) {
      return this.#explain(error);
    }
  }

  async #explain(error: unknown): Promise<never> {
    for (const start = performance.now(); performance.now() - start < EXPLAINED; ) {
      this.watch?.check();
      await sleep(50);
    }
    throw error;
  }
}
