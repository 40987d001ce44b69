// A thread that answers requests, from the side of who asks.
import { type Answer, decodeError, type Request, type Requests } from "../../runtime/threaded/index.ts";

interface Waiting {
  resolve(body: unknown): void;
  reject(error: unknown): void;
}

/** What of a `Worker` is used; a child process that is talked to alike will do. */
export interface RequestWorker {
  on(event: "message", listener: (answer: Answer) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  /** The listener may be told how it ended. */
  on(event: "exit", listener: (how: unknown) => void): unknown;
  postMessage(request: Request, handedOver: readonly ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}

/** The thread is gone, and so is what it was asked. */
export class ThreadLost extends Error {}

/** Owns its thread. Where that ends unasked, every request fails with the reason. */
export class RequestThread<R extends Requests<R>> {
  readonly #worker: RequestWorker;
  readonly #waiting = new Map<number, Waiting>();
  #nextNumber = 1;
  #failure: Error | undefined;

  /** @param ended told once, when the thread is gone without `end` having been called */
  constructor(worker: RequestWorker, ended: (error: Error) => void) {
    this.#worker = worker;
    worker.on("message", (answer) => this.#settle(answer));
    const fail = (error: Error): void => {
      if (this.#failure !== undefined) return;
      this.#fail(new ThreadLost(error.message, { cause: error }));
      ended(error);
    };
    worker.on("error", fail);
    worker.on("exit", (how) => fail(how instanceof Error ? how : new Error("the thread ended")));
  }

  /** @param handedOver buffers that are the thread's from now on */
  ask<K extends keyof R & string>(
    kind: K,
    body: R[K]["request"],
    handedOver: readonly ArrayBufferLike[] = [],
  ): Promise<R[K]["answer"]> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const number = this.#nextNumber++;
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, kind, body }, handedOver as ArrayBuffer[]);
    }) as Promise<R[K]["answer"]>;
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    this.#fail(new ThreadLost("the thread was ended"));
    await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (answer.ok) waiting?.resolve(answer.body);
    else waiting?.reject(decodeError(answer.error));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
