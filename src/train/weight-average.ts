// Exponential moving average of the weights: how much of it each step keeps.

export interface WeightAverageOptions {
  /** Largest share that is kept; default 0.9999. */
  readonly decay?: number;
  /** Steps before averaging begins: until then the average is the weights themselves; default 0. */
  readonly warmupSteps?: number;
}

/** Average = d average + (1 - d) weights after each optimizer step, running statistics included. */
export class WeightAverage {
  readonly #decay: number;
  readonly #warmupSteps: number;

  constructor({ decay = 0.9999, warmupSteps = 0 }: WeightAverageOptions = {}) {
    this.#decay = decay;
    this.#warmupSteps = warmupSteps;
  }

  /** d of optimizer step `step` (from 1): min(decay, (1 + t) / (10 + t)), t counted from the end of the warm-up. */
  decay(step: number): number {
    const averaged = step - this.#warmupSteps;
    return averaged <= 0 ? 0 : Math.min(this.#decay, (1 + averaged) / (10 + averaged));
  }
}
