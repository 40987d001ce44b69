// The threads that decode: a request takes one at a time, and one that does not come to an end loses its thread.
import { loadSharp } from "../image/libvips.ts";
import { startThread } from "../platform/threads.ts";
import { requestError } from "./errors.ts";
import type { PreparationRequest, PreparationRequests } from "./threads/protocol.ts";
import { RequestThread } from "./threads/request-thread.ts";

/** What a thread may take for documents and their pictures beside pixels, in MB. */
const HEAP_MB = 1024;

/** How long a thread may go on with what nobody waits for any more. */
const GRACE_MS = 2000;

/** A thread that could not even begin is not started again at once. */
const RESTART_MS = 1000;

interface Job {
  readonly request: PreparationRequest;
  readonly signal: AbortSignal;
  /** Whether the tensors have a place to go. */
  hasRoom(): boolean;
  resolve(tensors: Float32Array[]): void;
  reject(error: unknown): void;
}

interface Member {
  readonly thread: RequestThread<PreparationRequests>;
  job: Job | undefined;
  hasWorked: boolean;
}

/** A fixed number of threads; jobs wait in order. */
export class PreparationPool {
  readonly #members = new Set<Member>();
  #waiting: Job[] = [];
  #isClosed = false;
  readonly #note: (line: string) => void;

  private constructor(note: (line: string) => void) {
    this.#note = note;
  }

  /**
   * Starts the threads; sharp must be loaded here before it is in them.
   * @param note takes lines for whoever runs the server
   */
  static async start(size: number, note: (line: string) => void): Promise<PreparationPool> {
    await loadSharp();
    const pool = new PreparationPool(note);
    for (let i = 0; i < size; i++) pool.#add();
    return pool;
  }

  /**
   * The tensors of a request's pictures.
   * @param hasRoom asked before a thread begins; `dispatch` is to be called when its answer has changed
   * @throws the signal's reason; as `picturesOf` and `PicturePreparation`; `PICTURE_TOO_COSTLY`, `THREAD_RESTARTING`
   */
  prepare(request: PreparationRequest, signal: AbortSignal, hasRoom: () => boolean): Promise<Float32Array[]> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const giveUp = (): void => this.#giveUp(job);
      const job: Job = {
        ...{ request, signal, hasRoom },
        resolve(tensors) {
          signal.removeEventListener("abort", giveUp);
          resolve(tensors);
        },
        reject(error) {
          signal.removeEventListener("abort", giveUp);
          reject(error);
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(job);
      this.dispatch();
    });
  }

  /** Gives jobs to threads that are free, as far as there is room for what they make. */
  dispatch(): void {
    for (const member of this.#members) {
      if (member.job !== undefined) continue;
      const next = this.#waiting.findIndex((job) => job.hasRoom());
      if (next < 0) return;
      const [job] = this.#waiting.splice(next, 1);
      void this.#run(member, job!);
    }
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#members, ({ thread }) => thread.end()));
  }

  async #run(member: Member, job: Job): Promise<void> {
    member.job = job;
    try {
      job.resolve(await member.thread.ask("prepare", job.request, [job.request.body.buffer]));
      member.hasWorked = true;
    } catch (error) {
      job.reject(error);
    } finally {
      member.job = undefined;
      this.dispatch();
    }
  }

  #add(): void {
    if (this.#isClosed) return;
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB };
    const worker = startThread("./threads/preparation-thread", import.meta.url, { resourceLimits });
    const member: Member = {
      thread: new RequestThread(worker, (error) => this.#lost(member, error)),
      job: undefined,
      hasWorked: false,
    };
    this.#members.add(member);
    this.dispatch();
  }

  #lost(member: Member, error: NodeJS.ErrnoException): void {
    this.#members.delete(member);
    if (this.#isClosed) return;
    this.#note(`a thread that decodes pictures ended: ${error.message}; another is started`);
    member.job?.reject(
      error.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? requestError("PICTURE_TOO_COSTLY", "the pictures take more memory than a request may have")
        : requestError(
            "THREAD_RESTARTING",
            "the thread that decoded the pictures failed, and is started again",
          ),
    );
    if (member.hasWorked) this.#add();
    else setTimeout(() => this.#add(), RESTART_MS).unref();
  }

  #giveUp(job: Job): void {
    job.reject(job.signal.reason);
    this.#waiting = this.#waiting.filter((other) => other !== job);
    const member = [...this.#members].find((candidate) => candidate.job === job);
    if (member === undefined) return;
    setTimeout(() => {
      if (member.job !== job || !this.#members.delete(member)) return;
      void member.thread.end();
      this.#add();
    }, GRACE_MS).unref();
  }
}
