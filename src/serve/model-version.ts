// A model as one file had it: loaded in a thread of its own, until the last request that began with it is answered.
import type { Prediction } from "../inference/index.ts";
import { startThread } from "../platform/threads.ts";
import { Batcher, type BatchingOptions } from "./batcher.ts";
import { requestError } from "./errors.ts";
import type { ModelSource } from "./options.ts";
import type { ClassifierRequests, ModelDescription } from "./threads/protocol.ts";
import { RequestThread, ThreadLost } from "./threads/request-thread.ts";

/** How a version computes, and who is told what. */
export interface VersionOptions extends BatchingOptions {
  readonly threads: number | undefined;
  /** A batch of so many pictures begins: others may be prepared. */
  began(pictures: number): void;
  /** The thread is gone, unasked. */
  lost(version: ModelVersion, error: Error): void;
}

/** Counts its users: it is closed when it is retired and nobody uses it. */
export class ModelVersion {
  readonly description: ModelDescription;
  /** When it was loaded. */
  readonly loadedAt: Date = new Date();
  readonly #thread: RequestThread<ClassifierRequests>;
  readonly #batcher: Batcher;
  #users = 0;
  #closed: Promise<void> | undefined;
  #tellClosed: (() => void) | undefined;

  private constructor(
    thread: RequestThread<ClassifierRequests>,
    description: ModelDescription,
    options: VersionOptions,
  ) {
    this.#thread = thread;
    this.description = description;
    this.#batcher = new Batcher((tensors, topK) => this.#classify(tensors, topK), options, options.began);
  }

  /** @throws ClassifierTrainingError kind "data" as `Classifier.load` does, or where it cannot compute */
  static async load({ path, labelsPath }: ModelSource, options: VersionOptions): Promise<ModelVersion> {
    let version: ModelVersion | undefined;
    const thread = new RequestThread<ClassifierRequests>(
      startThread("./threads/classifier-thread", import.meta.url),
      (error) => version && options.lost(version, error),
    );
    try {
      const { threads } = options;
      const description = await thread.ask("open", { path, labelsPath, threads });
      version = new ModelVersion(thread, description, options);
      return version;
    } catch (error) {
      await thread.end();
      throw error;
    }
  }

  get hasRoom(): boolean {
    return this.#batcher.hasRoom;
  }

  /** Works with the version, which is there until that has ended. */
  async use<T>(work: (version: ModelVersion) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(this);
    } finally {
      this.#users--;
      this.#closeUnused();
    }
  }

  /** Predictions for tensors that this version's preprocessing made. */
  classify(tensors: readonly Float32Array[], topK: number, signal: AbortSignal): Promise<Prediction[][]> {
    return this.#batcher.classify(tensors, topK, signal);
  }

  /** Ends the version as soon as nobody uses it; resolves then. */
  retire(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    this.#closeUnused();
    return this.#closed;
  }

  async #classify(tensors: readonly Float32Array[], topK: number): Promise<Prediction[][]> {
    try {
      const buffers = tensors.map(({ buffer }) => buffer);
      return await this.#thread.ask("classify", { tensors, topK }, buffers);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      throw requestError("MODEL_RESTARTING", "the model failed and is loaded again");
    }
  }

  #closeUnused(): void {
    if (this.#tellClosed === undefined || this.#users > 0) return;
    const tellClosed = this.#tellClosed;
    this.#tellClosed = undefined;
    // Where the thread is gone already there is nothing to free.
    const freed = this.#thread.ask("close", undefined).catch(() => undefined);
    void freed.then(() => this.#thread.end()).then(tellClosed);
  }
}
