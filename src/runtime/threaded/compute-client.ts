// The main thread's end of a compute thread: requests become promises, errors become errors again.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ComputeThreads, OwnedThread } from "./compute-threads.ts";
import { disposedError } from "./disposed-error.ts";
import type { Answer, EncodedError, Request, Requests, SessionRequests } from "./protocol.ts";

type RequestOf<K extends keyof SessionRequests> = SessionRequests[K]["request"];
type AnswerOf<K extends keyof SessionRequests> = SessionRequests[K]["answer"];

interface Waiting {
  resolve(body: unknown): void;
  reject(error: unknown): void;
}

/**
 * Owns a compute thread until it is closed. Where that ends unasked, every request fails with the reason.
 * @typeParam R what the thread is asked beside what every session is
 */
export class ComputeClient<R extends Requests<R>> {
  readonly #runtime: string;
  readonly #threads: ComputeThreads;
  readonly #taken: OwnedThread;
  readonly #waiting = new Map<number, Waiting>();
  #nextNumber = 1;
  #failure: unknown;

  constructor(runtime: string, threads: ComputeThreads) {
    this.#runtime = runtime;
    this.#threads = threads;
    this.#taken = threads.take({
      answered: (answer) => this.#settle(answer),
      ended: (error) => this.#fail(error ?? disposedError(runtime, "session")),
    });
  }

  /** Sends a request; answers come in the order of requests. */
  ask<K extends keyof SessionRequests>(kind: K, body: RequestOf<K>): Promise<AnswerOf<K>>;
  ask<K extends keyof R & string>(kind: K, body: R[K]["request"]): Promise<R[K]["answer"]>;
  async ask(kind: string, body: unknown): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure;
    const number = this.#nextNumber++;
    const request: Request = { number, kind, body };
    // While something is asked for the process stays alive.
    this.#taken.thread.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#taken.thread.postMessage(request);
    });
  }

  /** Asks what the thread has to begin with, such as to open a session; where that fails, the client closes. */
  async begin<K extends keyof R & string>(kind: K, body: R[K]["request"]): Promise<void> {
    try {
      await this.ask(kind, body);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Gives the thread back after the requests that were made, or ends it where only that frees its memory. */
  async close(): Promise<void> {
    const { free } = await this.ask("close", undefined);
    this.#failure ??= disposedError(this.#runtime, "session");
    await (free ? this.#threads.giveBack(this.#taken) : this.#threads.end(this.#taken));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (this.#waiting.size === 0) this.#taken.thread.unref();
    if (answer.ok) waiting?.resolve(answer.body);
    else waiting?.reject(decodeError(answer.error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The error that a thread sent, as it was thrown there. */
export function decodeError({ message, stack, kind, code, details }: EncodedError): Error {
  const error =
    kind === undefined || code === undefined
      ? new Error(message)
      : new ClassifierTrainingError(kind, code, message, details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
