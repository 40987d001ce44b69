// A pool of worker threads that prepare pictures; it lives as long as its data module. In a page worker-pool.browser.ts.
import type { Worker } from "node:worker_threads";
import { ClassifierTrainingError, type Shape } from "../../core/index.ts";
import { loadSharp } from "../../image/libvips.ts";
import { processorCount } from "../../platform/index.ts";
import { startThread } from "../../platform/threads.ts";
import { type ChunkResult, describePipeline, type Pipeline, type SampleRequest } from "./pipeline.ts";
import type { WorkerReply, WorkerRequest } from "./worker-messages.ts";

/** A worker is given its next chunk before it has finished the last one. */
const CHUNKS_PER_WORKER = 2;

const MOST_DEFAULT_WORKERS = 4;

/** How many workers a data module has that is not told: one per processor, 4 at most. */
export function defaultWorkers(): number {
  return Math.min(MOST_DEFAULT_WORKERS, processorCount());
}

interface Task {
  readonly pipeline: Pipeline;
  readonly requests: readonly SampleRequest[];
  readonly output: Float32Array;
  readonly shape: Shape;
  resolve(result: ChunkResult): void;
  reject(error: unknown): void;
}

interface Member {
  readonly worker: Worker;
  readonly running: Map<number, Task>;
  readonly pipelines: Set<number>;
}

/** Threads do not keep the process alive. Where one ends early, all tasks fail, and no more are taken. */
export class WorkerPool {
  readonly #members: Member[];
  readonly #waiting: Task[] = [];
  readonly #pipelines = new Map<Pipeline, number>();
  #tasks = 0;
  /** Why no more tasks are taken. */
  #closed: ClassifierTrainingError | undefined;

  private constructor(workers: readonly Worker[]) {
    this.#members = workers.map((worker) => ({ worker, running: new Map(), pipelines: new Set() }));
    for (const member of this.#members) {
      member.worker.unref();
      member.worker.on("message", (reply: WorkerReply) => this.#receive(member, reply));
      member.worker.on("error", (error) => this.#fail(error));
      member.worker.on("exit", () => this.#fail(new Error("the thread ended early")));
    }
  }

  /** Starts `size` threads. sharp must be loaded in the main thread before it is in others. */
  static async start(size: number): Promise<WorkerPool> {
    await loadSharp();
    return new WorkerPool(Array.from({ length: size }, () => startThread("./worker", import.meta.url)));
  }

  get size(): number {
    return this.#members.length;
  }

  /**
   * Prepares pictures into `output`, which lies in shared memory. The transforms of `pipeline` must be describable.
   */
  prepare(
    pipeline: Pipeline,
    requests: readonly SampleRequest[],
    output: Float32Array,
    shape: Shape,
  ): Promise<ChunkResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      this.#waiting.push({ pipeline, requests, output, shape, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the threads; chunks under way are given up. */
  async close(): Promise<void> {
    if (this.#closed === undefined) {
      const message = "the data loader was closed while it was in use";
      this.#end(new ClassifierTrainingError("failure", "LOADER_CLOSED", message));
    }
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const member = this.#members.reduce((a, b) => (b.running.size < a.running.size ? b : a));
      if (member.running.size >= CHUNKS_PER_WORKER) return;
      this.#send(member, this.#waiting.shift()!);
    }
  }

  #send(member: Member, task: Task): void {
    const { pipeline: source, requests, output, shape } = task;
    let pipeline = this.#pipelines.get(source);
    if (pipeline === undefined) {
      pipeline = this.#pipelines.size;
      this.#pipelines.set(source, pipeline);
    }
    const post = (message: WorkerRequest): void => member.worker.postMessage(message);
    if (!member.pipelines.has(pipeline)) {
      member.pipelines.add(pipeline);
      post({ kind: "pipeline", pipeline, description: describePipeline(source) });
    }
    const id = this.#tasks++;
    if (member.running.size === 0) member.worker.ref();
    member.running.set(id, task);
    post({ kind: "chunk", task: id, pipeline, requests, output, shape });
  }

  #receive(member: Member, reply: WorkerReply): void {
    const task = member.running.get(reply.task);
    if (task === undefined) return;
    member.running.delete(reply.task);
    if (member.running.size === 0) member.worker.unref();
    if (reply.kind === "done") task.resolve(reply.result);
    else {
      const { kind, code, message, where, hint, stack } = reply.error;
      const error = new ClassifierTrainingError(kind, code, message, { where, hint });
      if (stack !== undefined) error.stack = stack;
      task.reject(error);
    }
    this.#dispatch();
  }

  /** A thread is gone: what it was to do fails, and so does everything after it. */
  #fail(cause: Error): void {
    if (this.#closed) return;
    const message = `a data worker failed: ${cause.message}`;
    this.#end(new ClassifierTrainingError("failure", "WORKER_FAILED", message, { cause }));
    for (const { worker } of this.#members) void worker.terminate();
  }

  #end(reason: ClassifierTrainingError): void {
    this.#closed = reason;
    const running = this.#members.flatMap((member) => [...member.running.values()]);
    for (const task of [...running, ...this.#waiting]) task.reject(reason);
    for (const member of this.#members) member.running.clear();
    this.#waiting.length = 0;
  }
}
