// Knows whether the other processes are alive, by a thread of its own that is never held up by what this one does.
import { randomUUID } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import type { Worker } from "node:worker_threads";
import { ClassifierTrainingError, ERROR_KINDS, type ErrorKind, PROCESS_LOST } from "../../core/index.ts";
import { startThread } from "../../platform/threads.ts";
import type { Collective } from "../../runtime/collective.ts";

/** What the thread shares with this one. */
export interface WatchData {
  readonly rank: number;
  readonly token: string;
  /** Whether another process was lost; operations begun; bytes of `text`; the kind of its error. */
  readonly state: Int32Array;
  /** What there is to be said of the one that was lost. */
  readonly text: Uint8Array;
  /** Milliseconds that the others may be kept waiting. */
  readonly limit: number;
}

/** What the thread is told. */
export type ThreadMessage =
  | { readonly kind: "serve" }
  | {
      readonly kind: "reach";
      readonly addresses: readonly string[];
      readonly port: number;
      readonly host: string;
      readonly own: string;
    }
  | { readonly kind: "fail"; readonly line: string; readonly error: number }
  | { readonly kind: "close" };

/** What it answers. */
export type ThreadReply = "watching" | "alone" | "told" | "ended" | { readonly port: number };

const TEXT_BYTES = 4096;
/** Milliseconds that a process may keep the others waiting, as long as it lives: a report or an export takes minutes. */
const LIMIT = 30 * 60_000;

/** Throws in this process what has ended another one. */
export class Watch {
  readonly #thread: Worker;
  readonly #state: Int32Array;
  readonly #text: Uint8Array;

  private constructor(thread: Worker, { state, text }: WatchData) {
    this.#thread = thread;
    this.#state = state;
    this.#text = text;
  }

  /** Connects all processes; undefined where process 0 cannot be reached from each of them, beside MPI. */
  static async begin(collective: Collective): Promise<Watch | undefined> {
    const { rank } = collective;
    const [token] = await collective.gather(randomUUID());
    const data: WatchData = {
      rank,
      token: token!,
      state: new Int32Array(new SharedArrayBuffer(16)),
      text: new Uint8Array(new SharedArrayBuffer(TEXT_BYTES)),
      limit: LIMIT,
    };
    const thread = startThread("./watch-thread", import.meta.url, { workerData: data });
    thread.unref();
    const own = hostname();
    const watch = new Watch(thread, data);
    const served = rank === 0 ? await watch.#ask({ kind: "serve" }) : undefined;
    const port = typeof served === "object" ? served.port : 0;
    const addresses = Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).map(({ address }) => address),
    );
    const first = (await collective.gather({ port, addresses, host: own }))[0]!;
    const sameHost = first.host === own ? ["127.0.0.1"] : [];
    const reached =
      rank === 0 ||
      (await watch.#ask({ kind: "reach", ...first, addresses: [...sameHost, ...first.addresses], own })) ===
        "watching";
    if (!(await collective.gather(reached)).includes(false)) return watch;
    await watch.close();
    await thread.terminate();
    return undefined;
  }

  /** To be called as an operation begins, by all processes alike. */
  begins(): void {
    Atomics.add(this.#state, 1, 1);
  }

  /** @throws ClassifierTrainingError kind "failure" `PROCESS_LOST` where another process has ended; the thread has said so. */
  check(): void {
    if (Atomics.load(this.#state, 0) === 0) return;
    const bytes = this.#text.slice(0, Atomics.load(this.#state, 2));
    const kind = ERROR_KINDS[Atomics.load(this.#state, 3)]!;
    throw new ClassifierTrainingError(kind, PROCESS_LOST, new TextDecoder().decode(bytes));
  }

  /** Tells the others that this process ends, and why. */
  async fail(line: string, kind: ErrorKind): Promise<void> {
    await this.#ask({ kind: "fail", line, error: ERROR_KINDS.indexOf(kind) });
  }

  /** Tells the others that this process ends as they do. */
  async close(): Promise<void> {
    await this.#ask({ kind: "close" });
  }

  #ask(message: ThreadMessage): Promise<ThreadReply> {
    return new Promise((resolve) => {
      this.#thread.ref();
      const heard = (reply: ThreadReply): void => {
        this.#thread.unref();
        resolve(reply);
      };
      this.#thread.once("message", heard);
      this.#thread.postMessage(message);
    });
  }
}
