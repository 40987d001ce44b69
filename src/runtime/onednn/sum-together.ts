// Sums over processes within a program: the compute thread hands its numbers to the main thread, which talks to the others,
// and waits.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Collective } from "../collective.ts";
import { changed } from "./changed.ts";

/** Memory that both threads see. */
export interface SharedSum {
  /** What is asked for: `IDLE`, `ASKED` or `FAILED`; then how many numbers. */
  readonly state: Int32Array;
  readonly numbers: Float32Array;
}

const [IDLE, ASKED, FAILED] = [0, 1, 2];
/** Numbers that are handed over at once: sums of a layer's channels are fewer. */
const MOST = 1 << 16;

/** The main thread's end: sums whatever the compute thread asks for, until `stop`. */
export class SumTogether {
  readonly shared: SharedSum = {
    state: new Int32Array(new SharedArrayBuffer(8)),
    numbers: new Float32Array(new SharedArrayBuffer(4 * MOST)),
  };
  /** What has kept a sum from being made. */
  failure: unknown;
  #stopped = false;

  constructor(collective: Collective) {
    void this.#serve(collective);
  }

  stop(): void {
    this.#stopped = true;
    Atomics.notify(this.shared.state, 0);
  }

  async #serve(collective: Collective): Promise<void> {
    const { state, numbers } = this.shared;
    for (;;) {
      await changed(state, FAILED);
      await changed(state, IDLE);
      if (this.#stopped) return;
      try {
        await collective.allReduce(numbers.subarray(0, Atomics.load(state, 1)));
        Atomics.store(state, 0, IDLE);
      } catch (error) {
        this.failure = error;
        Atomics.store(state, 0, FAILED);
      }
      Atomics.notify(state, 0);
    }
  }
}

/** The compute thread's end: replaces numbers by their sums. Without other processes they are their own. */
export function sumTogether(shared: SharedSum | undefined, values: Float32Array): void {
  if (shared === undefined) return;
  const { state, numbers } = shared;
  for (let from = 0; from < values.length; from += MOST) {
    const part = values.subarray(from, from + MOST);
    numbers.set(part);
    Atomics.store(state, 1, part.length);
    Atomics.store(state, 0, ASKED);
    Atomics.notify(state, 0);
    Atomics.wait(state, 0, ASKED);
    if (Atomics.load(state, 0) === FAILED)
      throw new ClassifierTrainingError("failure", "COLLECTIVE_FAILED", "processes could not be summed over");
    part.set(numbers.subarray(0, part.length));
  }
}
