// Keeps the drawing of pictures a small share of a run's time.

/** Seconds that drawing is taken to cost before anything was drawn: plotting code has to be loaded first. */
const FIRST_GUESS = 1;

/**
 * Drawing is allowed while all of it together stays below a share of the run's seconds, the next picture (taken to
 * cost as much as the last one) included: short epochs go without pictures of their own, long ones have them all.
 */
export class DrawingBudget {
  readonly #share: number;
  readonly #clock: () => number;
  #spent = 0;
  #last = FIRST_GUESS;

  /** @param share of the run's time; default 1 %. @param clock milliseconds */
  constructor(share = 0.01, clock: () => number = () => performance.now()) {
    this.#share = share;
    this.#clock = clock;
  }

  /** @param seconds how long the run has taken so far */
  allows(seconds: number): boolean {
    return this.#spent + this.#last <= this.#share * seconds;
  }

  /** Does `work` and books its time. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
    const started = this.#clock();
    try {
      return await work();
    } finally {
      this.#last = (this.#clock() - started) / 1000;
      this.#spent += this.#last;
    }
  }
}
