// How much work is taken on: requests and the bytes of their bodies, counted from when they come to when they are answered.
import { requestError } from "./errors.ts";
import type { RequestLimits } from "./options.ts";

/** What is taken on at the moment. */
export class Admission {
  readonly #limits: Pick<RequestLimits, "maxRequests" | "maxQueuedBytes">;
  requests = 0;
  bytes = 0;

  constructor(limits: Pick<RequestLimits, "maxRequests" | "maxQueuedBytes">) {
    this.#limits = limits;
  }

  /** @throws ClassifierTrainingError `SERVER_BUSY` where a request that is complete would have to wait too long */
  checkRoom(): void {
    if (this.requests >= this.#limits.maxRequests) throw busy(`${this.requests} requests wait`);
  }

  /** A request whose body is complete. @throws as `checkRoom` */
  enter(): Disposable {
    this.checkRoom();
    this.requests++;
    return { [Symbol.dispose]: () => void this.requests-- };
  }

  /** Bytes of a body, as they come. @throws ClassifierTrainingError `SERVER_BUSY` */
  hold(): HeldBytes {
    let held = 0;
    return {
      add: (count) => {
        if (this.bytes + count > this.#limits.maxQueuedBytes)
          throw busy("the pictures that wait fill the memory");
        held += count;
        this.bytes += count;
      },
      [Symbol.dispose]: () => {
        this.bytes -= held;
      },
    };
  }
}

/** The bytes of one body. */
export interface HeldBytes extends Disposable {
  add(count: number): void;
}

function busy(reason: string): Error {
  return requestError("SERVER_BUSY", reason, "try again in a moment");
}
