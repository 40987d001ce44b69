// How far a run is with variables that somebody waits for: the compute thread counts, the main thread is woken.
import type { VariableRef } from "../../graph/index.ts";
import type { RunObserver } from "../contract.ts";
import { changed } from "./changed.ts";

/** What the compute thread is told of an observer. */
export interface ObservedRun {
  readonly ranges: readonly VariableRef[];
  /** One number: how many of the ranges are complete. */
  readonly count: Int32Array;
}

/** The main thread's end. */
export class RunProgress {
  readonly count: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  #ended = false;

  /** Tells the observer of every range, until the run has ended. */
  async follow(observer: RunObserver): Promise<void> {
    for (let told = 0; !this.#ended && told < observer.ranges.length; ) {
      await changed(this.count, told);
      const complete = Atomics.load(this.count, 0);
      if (complete > told) observer.complete(complete);
      told = complete;
    }
  }

  /** Nothing more will be told. */
  end(): void {
    this.#ended = true;
    Atomics.notify(this.count, 0);
  }
}

/** The compute thread's end: the first `count` ranges are complete. */
export function tellProgress({ count: shared }: ObservedRun, count: number): void {
  Atomics.store(shared, 0, count);
  Atomics.notify(shared, 0);
}
