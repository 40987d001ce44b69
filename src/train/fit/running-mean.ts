// The mean of batch losses, weighted by batch size.

/** Exact over all updates; nothing decays. */
export class RunningMean {
  #sum = 0;
  #weight = 0;

  update(value: number, weight: number): void {
    this.#sum += value * weight;
    this.#weight += weight;
  }

  /** The mean, 0 before the first update. */
  compute(): number {
    return this.#weight === 0 ? 0 : this.#sum / this.#weight;
  }

  reset(): void {
    this.#sum = 0;
    this.#weight = 0;
  }

  state(): [number, number] {
    return [this.#sum, this.#weight];
  }

  loadState([sum, weight]: readonly [number, number]): void {
    this.#sum = sum;
    this.#weight = weight;
  }
}
