// Measures all pictures once somebody asks for some by their size, a few at a time so that nothing else waits.
import type { Pictures } from "./pictures.ts";

const AT_A_TIME = 2;

/** The sizes of a listing's pictures. */
export class Sizes {
  readonly #pictures: Pictures;
  #measured: number | undefined;
  #isClosed = false;

  constructor(pictures: Pictures) {
    this.#pictures = pictures;
  }

  /** How many are known; null before anything was measured. */
  get measured(): number | null {
    return this.#measured ?? null;
  }

  /** Begins to measure where that has not begun. */
  begin(): void {
    if (this.#measured !== undefined) return;
    this.#measured = 0;
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < this.#pictures.listing.length && !this.#isClosed) {
        await this.#pictures.measure(next++);
        this.#measured = (this.#measured ?? 0) + 1;
      }
    };
    for (let i = 0; i < AT_A_TIME; i++) void work();
  }

  close(): void {
    this.#isClosed = true;
  }
}
