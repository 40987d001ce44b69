// The main thread's end of a compute thread: requests become promises, errors become errors again.
import { ClassifierTrainingError } from "../../core/index.ts";
import { disposedError } from "./disposed-error.ts";
import type { Answer, EncodedError, Request, Requests, SessionRequests } from "./protocol.ts";

interface Waiting {
  resolve(body: unknown): void;
  reject(error: unknown): void;
}

/** What is used of a thread that serves requests: a `Worker` of Node.js, or `inThisThread`. */
export interface ComputeThread {
  on(event: "message", listener: (answer: Answer) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  postMessage(request: Request): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** Owns a compute thread. Where that ends unasked, every request fails with the reason. */
export class ComputeClient<R extends SessionRequests & Requests<R> = SessionRequests> {
  readonly #thread: ComputeThread;
  readonly #waiting = new Map<number, Waiting>();
  #nextNumber = 1;
  #failure: unknown;

  /** @param thread one that serves requests (`serveRequests`), just started */
  constructor(runtime: string, thread: ComputeThread) {
    this.#thread = thread;
    this.#thread.unref();
    this.#thread.on("message", (answer: Answer) => this.#settle(answer));
    this.#thread.on("error", (error) => this.#fail(error));
    this.#thread.on("exit", () => this.#fail(disposedError(runtime, "session")));
  }

  /** Sends a request; answers come in the order of requests. */
  async ask<K extends keyof R & string>(kind: K, body: R[K]["request"]): Promise<R[K]["answer"]> {
    if (this.#failure !== undefined) throw this.#failure;
    const number = this.#nextNumber++;
    const request: Request = { number, kind, body };
    // While something is asked for the process stays alive.
    this.#thread.ref();
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#thread.postMessage(request);
    }) as Promise<R[K]["answer"]>;
  }

  /** Asks what the thread has to begin with, such as to open a session; where that fails, the thread ends. */
  async begin<K extends keyof R & string>(kind: K, body: R[K]["request"]): Promise<void> {
    try {
      await this.ask(kind, body);
    } catch (error) {
      await this.close();
      throw error;
    }
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

function decodeError({ message, stack, kind, code, details }: EncodedError): Error {
  const error =
    kind === undefined || code === undefined
      ? new Error(message)
      : new ClassifierTrainingError(kind, code, message, details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
