// Puts pictures of different requests together: whatever came while the network was busy is its next batch.
import type { Prediction } from "../inference/index.ts";

/** When a batch is begun. */
export interface BatchingOptions {
  /** Most pictures in a batch. */
  readonly size: number;
  /** How long the first picture waits for others while the network is idle, in ms. */
  readonly windowMs: number;
}

/** Classifies a batch: the predictions of each tensor, `topK` of them. */
export type ClassifyBatch = (tensors: readonly Float32Array[], topK: number) => Promise<Prediction[][]>;

interface Group {
  readonly topK: number;
  readonly signal: AbortSignal;
  readonly results: Prediction[][];
  missing: number;
  resolve(results: Prediction[][]): void;
  reject(error: unknown): void;
}

interface Item {
  readonly tensor: Float32Array;
  readonly group: Group;
  readonly place: number;
  readonly arrived: number;
}

/** One batch at a time, in the order in which pictures come. */
export class Batcher {
  readonly #classify: ClassifyBatch;
  readonly #options: BatchingOptions;
  readonly #began: (pictures: number) => void;
  #waiting: Item[] = [];
  #isBusy = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param began told of every batch */
  constructor(classify: ClassifyBatch, options: BatchingOptions, began: (pictures: number) => void) {
    this.#classify = classify;
    this.#options = options;
    this.#began = began;
  }

  /** Whether the batch after the next one still lacks pictures: no more have to be prepared than that. */
  get hasRoom(): boolean {
    return this.#waiting.length < 2 * this.#options.size;
  }

  /**
   * Predictions for each tensor.
   * @param signal where it aborts, what has not been begun is left out, and its reason is thrown
   */
  classify(tensors: readonly Float32Array[], topK: number, signal: AbortSignal): Promise<Prediction[][]> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter((item) => item.group !== group);
        reject(signal.reason);
      };
      const group: Group = {
        ...{ topK, signal, reject, results: [], missing: tensors.length },
        resolve(results) {
          signal.removeEventListener("abort", giveUp);
          resolve(results);
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      const arrived = performance.now();
      for (const [place, tensor] of tensors.entries()) this.#waiting.push({ tensor, group, place, arrived });
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    const { size, windowMs } = this.#options;
    const left = this.#waiting[0]!.arrived + windowMs - performance.now();
    if (this.#waiting.length < size && left > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#begin();
      }, left);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#run(this.#waiting.splice(0, size));
  }

  async #run(items: readonly Item[]): Promise<void> {
    this.#isBusy = true;
    this.#began(items.length);
    try {
      const most = Math.max(...items.map(({ group }) => group.topK));
      const results = await this.#classify(
        items.map(({ tensor }) => tensor),
        most,
      );
      for (const [i, { group, place }] of items.entries()) {
        group.results[place] = results[i]!.slice(0, group.topK);
        if (--group.missing === 0) group.resolve(group.results);
      }
    } catch (error) {
      const failed = new Set(items.map(({ group }) => group));
      this.#waiting = this.#waiting.filter(({ group }) => !failed.has(group));
      for (const { reject } of failed) reject(error);
    } finally {
      this.#isBusy = false;
      this.#begin();
    }
  }
}
