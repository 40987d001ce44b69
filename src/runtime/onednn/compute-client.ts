// The main thread's end of the compute thread: requests become promises, errors become errors again.
import { SHARE_ENV, type Worker } from "node:worker_threads";
import { ClassifierTrainingError } from "../../core/index.ts";
import { startThread } from "../../platform/threads.ts";
import type { Answer, EncodedError, Request, RequestKind, Requests } from "./protocol.ts";

interface Waiting {
  resolve(body: unknown): void;
  reject(error: unknown): void;
}

/** Starts a compute thread of its own. Where that ends unasked, every request fails with the reason. */
export class ComputeClient {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextNumber = 1;
  #failure: unknown;

  constructor() {
    // The library is told through the process's own environment how its threads wait.
    this.#thread = startThread("./compute-thread", import.meta.url, { env: SHARE_ENV });
    this.#thread.unref();
    this.#thread.on("message", (answer: Answer) => this.#settle(answer));
    this.#thread.on("error", (error) => this.#fail(error));
    this.#thread.on("exit", () => this.#fail(closed()));
  }

  /** Sends a request; answers come in the order of requests. */
  async ask<K extends RequestKind>(kind: K, body: Requests[K]["request"]): Promise<Requests[K]["answer"]> {
    if (this.#failure !== undefined) throw this.#failure;
    const number = this.#nextNumber++;
    const request: Request<K> = { number, kind, body };
    // While something is asked for the process stays alive.
    this.#thread.ref();
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#thread.postMessage(request);
    }) as Promise<Requests[K]["answer"]>;
  }

  /** Ends the thread after the requests that were made. */
  async close(): Promise<void> {
    await this.ask("close", undefined);
    await this.#thread.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (this.#waiting.size === 0) this.#thread.unref();
    if (answer.ok) waiting?.resolve(answer.body);
    else waiting?.reject(decodeError(answer.error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function closed(): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "failure",
    "RUNTIME_DISPOSED",
    "the session of runtime onednn has been disposed of",
  );
}

function decodeError({ message, stack, kind, code, details }: EncodedError): Error {
  const error =
    kind === undefined || code === undefined
      ? new Error(message)
      : new ClassifierTrainingError(kind, code, message, details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
