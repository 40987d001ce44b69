// What processes that train together say to each other.
import type { ErrorKind } from "../core/index.ts";

/** How eagerly a sum beside everything else is made; may change while it is. */
export interface Pace {
  /** Somebody waits for it. */
  hurried: boolean;
}

/**
 * One of the processes that train together. All of them call the same operations in the same order; each call settles
 * when every process has made it. Memory that is given must not be touched until then.
 */
export interface Collective {
  /** Which of the processes this is, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
  /** Replaces elements by their sum over all processes: the same bits everywhere. */
  allReduce(elements: Float32Array | Float64Array): Promise<void>;
  /**
   * The same beside everything else: such sums are begun in the same order by all processes, whatever lies between them. They
   * are moved on now and then, until somebody waits for them.
   */
  allReduceBeside(elements: Float32Array | Float64Array, pace: Pace): Promise<void>;
  /** How long other processes and the network have been waited for, in milliseconds; not while sums are made beside. */
  readonly waited: number;
  /** Replaces bytes by those of process `from`; default 0. */
  broadcast(bytes: Uint8Array, from?: number): Promise<void>;
  /** What each process gives, in their order: copies of anything that can be structured-cloned. */
  gather<T>(value: T): Promise<T[]>;
  /** Settles when every process has come here. */
  barrier(): Promise<void>;
  /** Tells the others that this process ends, and why in a line: what they wait for fails, with an error of that kind. */
  fail(line: string, kind: ErrorKind): Promise<void>;
  /** Ends all processes at once, with this exit code. */
  abort(exitCode: number): void;
  /** Says goodbye, when all processes do; nothing can be called behind it. */
  close(): Promise<void>;
}
