// How often an activation takes which value, over all calibration pictures.

/** Bins on each side of 0. */
export const BINS = 2048;

/** Counts values in bins of equal width around 0; the width doubles as larger values come, so one pass is enough. */
export class Histogram {
  minimum: number = 0;
  maximum: number = 0;
  /** The largest magnitude that has a bin; a power of two. */
  reach: number = 2 ** -20;
  /** From -reach to reach. */
  counts: Float64Array = new Float64Array(2 * BINS);

  add(values: Float32Array): void {
    let [low, high] = [this.minimum, this.maximum];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    [this.minimum, this.maximum] = [low, high];
    while (this.reach < Math.max(-low, high)) this.#widen();
    const { counts } = this;
    const scale = BINS / this.reach;
    const last = 2 * BINS - 1;
    for (let i = 0; i < values.length; i++) {
      const bin = Math.floor(values[i]! * scale) + BINS;
      counts[bin < last ? bin : last]!++;
    }
  }

  #widen(): void {
    const wider = new Float64Array(2 * BINS);
    for (let bin = 0; bin < 2 * BINS; bin++) wider[(bin + BINS) >> 1]! += this.counts[bin]!;
    this.counts = wider;
    this.reach *= 2;
  }

  /** Counts by magnitude, from 0 to `reach`. */
  magnitudes(): Float64Array {
    const { counts } = this;
    return Float64Array.from({ length: BINS }, (_, i) => counts[BINS + i]! + counts[BINS - 1 - i]!);
  }

  /** The value below which lies `share` of all. */
  quantile(share: number): number {
    const total = this.counts.reduce((a, b) => a + b, 0);
    let below = 0;
    for (let bin = 0; bin < 2 * BINS; bin++) {
      below += this.counts[bin]!;
      if (below >= share * total) return Math.min(this.maximum, ((bin + 1 - BINS) * this.reach) / BINS);
    }
    return this.maximum;
  }
}
