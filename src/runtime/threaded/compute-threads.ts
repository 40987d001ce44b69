// Where compute threads come from: starting one takes longer than a small program, so one that is free lingers.
import type { Answer, Request } from "./protocol.ts";

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

/** Who has a thread at the moment, and is told what comes from it. */
export interface ThreadOwner {
  answered(answer: Answer): void;
  /** @param error what ended the thread; undefined where it was ended */
  ended(error: Error | undefined): void;
}

/** A thread, for whoever took it. */
export interface OwnedThread {
  readonly thread: ComputeThread;
  owner: ThreadOwner | undefined;
}

/** Node.js ends although a timer runs where that is told so; in pages timers are numbers. */
type Timer = ReturnType<typeof setTimeout> & { unref?(): unknown };

/** How long a thread waits for the next session before it ends, in ms. */
const LINGER_MS = 1000;

/** Starts threads, and hands out again the one whose session was closed last. */
export class ComputeThreads {
  readonly #start: () => ComputeThread;
  #free: OwnedThread | undefined;
  #end: Timer | undefined;

  /** @param start starts a thread that serves requests (`serveRequests`) */
  constructor(start: () => ComputeThread) {
    this.#start = start;
  }

  /** A thread without a session. It does not keep the process alive by itself. */
  take(owner: ThreadOwner): OwnedThread {
    const taken = this.#free ?? this.#begin();
    this.#forget(taken);
    taken.owner = owner;
    return taken;
  }

  /** Gives a thread back whose session is closed. It ends when nobody takes it for a second. */
  async giveBack(taken: OwnedThread): Promise<void> {
    if (this.#free !== undefined) return this.end(taken);
    taken.owner = undefined;
    this.#free = taken;
    this.#end = setTimeout(() => void this.end(taken), LINGER_MS) as Timer;
    this.#end.unref?.();
  }

  /** Ends a thread, and what it holds with it. */
  async end(taken: OwnedThread): Promise<void> {
    this.#forget(taken);
    await taken.thread.terminate();
  }

  #begin(): OwnedThread {
    const started: OwnedThread = { thread: this.#start(), owner: undefined };
    const { thread } = started;
    const ended = (error?: Error): void => {
      this.#forget(started);
      started.owner?.ended(error);
    };
    thread.on("message", (answer) => started.owner?.answered(answer));
    thread.on("error", ended);
    thread.on("exit", () => ended());
    thread.unref();
    return started;
  }

  #forget(taken: OwnedThread): void {
    if (taken !== this.#free) return;
    this.#free = undefined;
    clearTimeout(this.#end);
  }
}
