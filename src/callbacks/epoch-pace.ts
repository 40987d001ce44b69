// How fast an epoch goes: images a second, the mean loss so far, and the time that the rest will take.

/** What is counted of the batches of one epoch; times in milliseconds of any clock. */
export class EpochPace {
  readonly #start: number;
  /** When the first batch was done, which may have waited for programs, threads or features. */
  #firstEnd = 0;
  #latest: number;
  #samples = 0;
  #batches = 0;
  #lossSum = 0;

  constructor(start: number) {
    this.#start = start;
    this.#latest = start;
  }

  add({ samples, loss }: { readonly samples: number; readonly loss: number }, now: number): void {
    this.#samples += samples;
    this.#batches++;
    if (this.#batches === 1) this.#firstEnd = now;
    this.#lossSum += loss * samples;
    this.#latest = now;
  }

  /** Since the epoch began, up to `now`; default: to the end of the latest batch. */
  imagesPerSecond(now: number = this.#latest): number {
    return this.#samples / ((now - this.#start) / 1000);
  }

  /** Mean over the samples so far. */
  get loss(): number {
    return this.#lossSum / this.#samples;
  }

  /** Seconds that so many more batches take; undefined before the second batch, or where there is no end. */
  secondsFor(batches: number): number | undefined {
    if (!Number.isFinite(batches) || this.#batches < 2) return undefined;
    return (batches * (this.#latest - this.#firstEnd)) / 1000 / (this.#batches - 1);
  }
}
