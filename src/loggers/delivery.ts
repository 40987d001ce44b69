// Sends things one after another in the background, again and again where that fails, and never holds up who adds them.
import { setTimeout as delay } from "node:timers/promises";

/** How things are sent, and what becomes of those that cannot be. */
export interface DeliveryOptions<T> {
  /** Sends some things, oldest first. */
  readonly send: (items: readonly T[]) => Promise<void>;
  /** Whether sending the same again may succeed after this error. */
  readonly isPassing: (error: unknown) => boolean;
  /** Takes what could not be sent, or had no room. */
  readonly keep: (items: readonly T[], cause: unknown) => Promise<void>;
  /** How many of the waiting things, at least one, go into the next sending. */
  readonly take: (waiting: readonly T[]) => number;
  /** Most things that wait; further ones go to `keep`. Default 10,000. */
  readonly capacity?: number | undefined;
  /** Milliseconds before each further attempt; default 0.5, 1, 2 and 4 seconds. */
  readonly pauses?: readonly number[] | undefined;
}

const CAPACITY = 10_000;
const PAUSES: readonly number[] = [500, 1000, 2000, 4000];

/** A queue with one sender. After a failure for good, each sending has one attempt until one succeeds. */
export class Delivery<T> {
  readonly #options: DeliveryOptions<T>;
  readonly #waiting: T[] = [];
  /** What had no room. */
  readonly #overflow: T[] = [];
  readonly #stopped = new AbortController();
  #working: Promise<void> | undefined;
  #down = false;

  constructor(options: DeliveryOptions<T>) {
    this.#options = options;
  }

  /** Takes things to send; returns at once. */
  add(items: readonly T[]): void {
    if (items.length === 0) return;
    const room = Math.max(0, (this.#options.capacity ?? CAPACITY) - this.#waiting.length);
    this.#waiting.push(...items.slice(0, room));
    this.#overflow.push(...items.slice(room));
    this.#working ??= this.#work();
  }

  /** Waits until everything is sent or kept; after `patience` milliseconds there is one more attempt for each. */
  async finish(patience: number): Promise<void> {
    const timer = setTimeout(() => this.#stopped.abort(), patience);
    await this.#working;
    clearTimeout(timer);
  }

  async #work(): Promise<void> {
    const { take, keep } = this.#options;
    while (this.#waiting.length > 0) {
      await this.#deliver(this.#waiting.splice(0, take(this.#waiting)));
      const rest = this.#overflow.splice(0);
      if (rest.length > 0) await keep(rest, new Error("more waits to be sent than there is room for"));
    }
    this.#working = undefined;
  }

  async #deliver(items: readonly T[]): Promise<void> {
    const { send, isPassing, keep, pauses = PAUSES } = this.#options;
    const { signal } = this.#stopped;
    for (let attempt = 0; ; attempt++) {
      try {
        await send(items);
        this.#down = false;
        return;
      } catch (error) {
        const pause = this.#down || signal.aborted ? undefined : pauses[attempt];
        if (pause === undefined || !isPassing(error)) {
          this.#down ||= isPassing(error);
          return keep(items, error);
        }
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
