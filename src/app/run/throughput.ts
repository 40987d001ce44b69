// Training throughput over the epochs of a fit.
import type { EpochTiming } from "../../train/index.ts";

/** Sums of epoch timings. */
export class Throughput {
  #samples = 0;
  #trainSeconds = 0;
  #dataSeconds = 0;

  add({ samples, trainSeconds, dataSeconds }: EpochTiming): void {
    this.#samples += samples;
    this.#trainSeconds += trainSeconds;
    this.#dataSeconds += dataSeconds;
  }

  /** Images per second of training; 0 before the first epoch. */
  get imagesPerSecond(): number {
    return this.#trainSeconds === 0 ? 0 : this.#samples / this.#trainSeconds;
  }

  /** Share of the training time spent waiting for batches. */
  get dataWait(): number {
    return this.#trainSeconds === 0 ? 0 : this.#dataSeconds / this.#trainSeconds;
  }
}
