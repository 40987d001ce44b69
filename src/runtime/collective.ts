// What processes that train together say to each other.

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
  /** Replaces bytes by those of process 0. */
  broadcast(bytes: Uint8Array): Promise<void>;
  /** Settles when every process has come here. */
  barrier(): Promise<void>;
  /** Ends all processes at once, with this exit code. */
  abort(exitCode: number): void;
  /** Says goodbye, when all processes do; nothing can be called behind it. */
  close(): Promise<void>;
}
