// Carries out fillings in threads, where there is enough to do.
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { type Filling, filler } from "./fill.ts";
import { startThread } from "./threads.ts";

/** Values that are worth a thread: some 20 ms of work. */
const WORTH_A_THREAD = 2 ** 20;

/** What a thread is given. Whoever is free takes the next filling. */
export interface FillTask {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly fillings: readonly Filling[];
  /** One shared integer: the number of fillings taken. */
  readonly taken: Int32Array;
}

/** Whether so many values are filled in threads, and want shared memory. */
export function fillsInThreads(values: number): boolean {
  return values >= WORTH_A_THREAD;
}

/**
 * Carries out fillings with the functions of a module; many of them in threads, so that they want shared memory
 * (`fillsInThreads`). What is filled in does not depend on the number of threads.
 * @param threads default: one for each 2^20 values, at most one for each processor
 */
export async function fill(
  module: Uint8Array<ArrayBuffer>,
  fillings: readonly Filling[],
  threads?: number,
): Promise<void> {
  const total = fillings.reduce((sum, { values }) => sum + values.length, 0);
  const count = threads ?? Math.min(availableParallelism(), Math.floor(total / WORTH_A_THREAD));
  if (count === 0) {
    const carryOut = filler(module);
    for (const filling of fillings) carryOut(filling);
    return;
  }
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const workerData: FillTask = { module, fillings, taken };
  const workers = Array.from({ length: count }, () =>
    startThread("./fill-thread", import.meta.url, { workerData }),
  );
  try {
    await Promise.all(workers.map((worker) => once(worker, "message")));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
