// Which range of an activation its 256 levels are spread over: three ways to choose it.
import { BINS, type Histogram } from "./histogram.ts";

/** How ranges are chosen. */
export type CalibrationMethod = "minmax" | "percentile" | "entropy";

/** All of them. */
export const CALIBRATION_METHODS: readonly CalibrationMethod[] = ["minmax", "percentile", "entropy"];

/** Lowest and highest value. */
export type Range = readonly [number, number];

/** Share of the values that `percentile` keeps on each side. */
const KEPT = 0.9999;

/** The range of what was counted. */
export const RANGES: Readonly<Record<CalibrationMethod, (histogram: Histogram) => Range>> = {
  /** All that was seen. */
  minmax: ({ minimum, maximum }) => [minimum, maximum],
  /** All but a ten-thousandth on each side. */
  percentile: (histogram) => [
    histogram.minimum < 0 ? Math.max(histogram.minimum, histogram.quantile(1 - KEPT)) : 0,
    histogram.maximum > 0 ? Math.min(histogram.maximum, histogram.quantile(KEPT)) : 0,
  ],
  entropy: (histogram) => {
    const limit = entropyLimit(histogram.magnitudes(), histogram.minimum < 0 ? 128 : 256);
    const threshold = (limit * histogram.reach) / BINS;
    return [Math.max(histogram.minimum, -threshold), Math.min(histogram.maximum, threshold)];
  },
};

/** Steps between the limits that are tried, in bins. */
const STEP = 8;

/**
 * The number of bins to keep for the least loss of information: the Kullback-Leibler divergence of the counts, those beyond
 * the limit added to its last bin, from the same counts in `levels` levels. S. Migacz, "8-bit inference with TensorRT", GTC 2017.
 * The first bin counts as the second, as in NVIDIA's pytorch-quantization: the many zeros of ReLU are exact in any levels.
 */
export function entropyLimit(magnitudes: Float64Array, levels: number): number {
  const counts = Float64Array.from(magnitudes);
  counts[0] = counts[1]!;
  const used = counts.findLastIndex((count) => count > 0) + 1;
  let best = { limit: used, divergence: Number.POSITIVE_INFINITY };
  let beyond = counts.subarray(levels).reduce((a, b) => a + b, 0);
  for (let limit = levels; limit <= used; limit += STEP) {
    const reference = counts.slice(0, limit);
    reference[limit - 1]! += beyond;
    const divergence = divergenceOf(reference, spread(counts.subarray(0, limit), levels));
    if (divergence < best.divergence) best = { limit, divergence };
    beyond -= counts.subarray(limit, limit + STEP).reduce((a, b) => a + b, 0);
  }
  return best.limit;
}

/** The counts as so many levels keep them: the mean of each level, for its bins that are not empty. */
function spread(counts: Float64Array, levels: number): Float64Array {
  const result = new Float64Array(counts.length);
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * counts.length) / levels);
    const to = Math.floor(((level + 1) * counts.length) / levels);
    let [total, filled] = [0, 0];
    for (let i = from; i < to; i++) {
      total += counts[i]!;
      if (counts[i]! > 0) filled++;
    }
    for (let i = from; i < to; i++) if (counts[i]! > 0) result[i] = total / filled;
  }
  return result;
}

/** sum p log(p / q) of both as distributions; what q holds to be impossible counts as a hundredth of a sample. */
function divergenceOf(p: Float64Array, q: Float64Array): number {
  const [all, others] = [p, q].map((counts) => counts.reduce((a, b) => a + b, 0)) as [number, number];
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i] === 0) continue;
    const share = p[i]! / all;
    sum += share * Math.log(share / (Math.max(q[i]!, 0.01) / others));
  }
  return sum;
}
