// A helper as the thread that waits for it sees it: whether it lives can be told without leaving the wait.
import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { ClassifierTrainingError } from "../../../core/index.ts";
import { startThread } from "../../../platform/threads.ts";
import type { HelperData } from "./workshop.ts";

/** What a helper says once it is ready: the folder of the system that is there while it lives; undefined without such. */
export type Ready = string | undefined;

/** Where the system lists the calling thread; Linux alone does. */
export function placeOfThisThread(): Ready {
  try {
    return join("/proc", readlinkSync("/proc/thread-self"));
  } catch {
    return undefined;
  }
}

/** A thread that is told of errands by messages, and of phases through shared memory. */
export class Helper {
  readonly #thread: Worker;
  readonly #place: Ready;

  private constructor(thread: Worker, place: Ready) {
    this.#thread = thread;
    this.#place = place;
  }

  /**
   * Starts one, which keeps no process alive.
   * @throws ClassifierTrainingError `ONEDNN_FAILED` where it ends before it is ready, or whatever it failed with
   */
  static async start(workerData: HelperData): Promise<Helper> {
    const thread = startThread("./helper-thread", import.meta.url, { workerData });
    const place = await new Promise<Ready>((resolve, reject) => {
      thread.once("message", resolve);
      thread.once("error", reject);
      thread.once("exit", () => reject(helperFailed("ended before it was ready")));
    });
    thread.unref();
    return new Helper(thread, place);
  }

  /** Asks the system: what the thread's end would tell is heard only by a caller that does not wait. */
  get isAlive(): boolean {
    return this.#place === undefined || existsSync(this.#place);
  }

  send(message: unknown): void {
    this.#thread.postMessage(message);
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** `ONEDNN_FAILED`: what became of a helper. */
export function helperFailed(what: string): ClassifierTrainingError {
  const hint = "the session is of no use any more; ckpt=last goes on from the latest checkpoint";
  return new ClassifierTrainingError("failure", "ONEDNN_FAILED", `a helper of the compute thread ${what}`, {
    hint,
  });
}
