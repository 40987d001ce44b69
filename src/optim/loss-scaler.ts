// Dynamic loss scaling for float16: as torch.amp.GradScaler, its kernel `_amp_update_scale_` included.

/** Defaults are GradScaler's. */
export interface LossScalerOptions {
  /** Default 65536. */
  readonly initScale?: number;
  /** Default 2. */
  readonly growthFactor?: number;
  /** Default 0.5. */
  readonly backoffFactor?: number;
  /** Steps without an overflow after which the scale grows; default 2000. */
  readonly growthInterval?: number;
}

/** What a checkpoint keeps. */
export interface LossScalerState {
  readonly scale: number;
  /** Steps since the scale changed or an overflow was met. */
  readonly growthTracker: number;
  /** Steps that an overflow has cost so far. */
  readonly skippedSteps: number;
}

/** Below the smallest float16 no scale helps: what is not finite then is so by itself. */
const SMALLEST = 2 ** -24;

/**
 * The number that losses are multiplied by, so that small gradients are not lost in float16. Gradients that are not
 * finite shrink it, and their step is left out; many good steps let it grow.
 */
export class LossScaler {
  readonly #growthFactor: number;
  readonly #backoffFactor: number;
  readonly #growthInterval: number;
  #scale: number;
  #growthTracker = 0;
  #skippedSteps = 0;

  constructor(options: LossScalerOptions = {}) {
    this.#scale = Math.fround(options.initScale ?? 65536);
    this.#growthFactor = options.growthFactor ?? 2;
    this.#backoffFactor = options.backoffFactor ?? 0.5;
    this.#growthInterval = options.growthInterval ?? 2000;
  }

  /** A float32. */
  get scale(): number {
    return this.#scale;
  }

  get skippedSteps(): number {
    return this.#skippedSteps;
  }

  /** Whether the scale has become so small that overflows are not its fault. */
  get isExhausted(): boolean {
    return this.#scale < SMALLEST;
  }

  /** To be called after each step. @param overflowed whether a gradient was not finite, and the step left out */
  update(overflowed: boolean): void {
    if (overflowed) {
      this.#skippedSteps++;
      this.#scale = Math.fround(this.#scale * this.#backoffFactor);
      this.#growthTracker = 0;
      return;
    }
    if (++this.#growthTracker < this.#growthInterval) return;
    const grown = Math.fround(this.#scale * this.#growthFactor);
    if (Number.isFinite(grown)) this.#scale = grown;
    this.#growthTracker = 0;
  }

  state(): LossScalerState {
    return {
      scale: this.#scale,
      growthTracker: this.#growthTracker,
      skippedSteps: this.#skippedSteps,
    };
  }

  loadState({ scale, growthTracker, skippedSteps }: LossScalerState): void {
    this.#scale = scale;
    this.#growthTracker = growthTracker;
    this.#skippedSteps = skippedSteps;
  }
}
