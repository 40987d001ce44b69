// Histograms as TensorBoard draws them: buckets that grow by a tenth, from 1e-12 to 1e20, on both sides of zero.

/** What TensorBoard is told of a set of numbers; `counts` and `limits` go together. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper edge of each bucket. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

const EDGES = (() => {
  const positive: number[] = [];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) positive.push(edge);
  return Float64Array.of(...positive.map((edge) => -edge).reverse(), 0, ...positive, Number.MAX_VALUE);
})();

/** The finite values among `values`, counted; undefined when there are none. */
export function histogramOf(values: ArrayLike<number>): Histogram | undefined {
  const counts = new Float64Array(EDGES.length);
  let [min, max, count, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count++;
    sum += value;
    sumOfSquares += value * value;
    counts[bucketOf(value)]!++;
  }
  if (count === 0) return undefined;
  // Empty buckets at both ends are left out, but for one on the left that gives the first its lower edge.
  const first = counts.findIndex((n) => n > 0);
  const last = counts.findLastIndex((n) => n > 0);
  const [from, to] = [Math.max(0, first - 1), last + 1];
  return {
    min,
    max,
    count,
    sum,
    sumOfSquares,
    limits: [...EDGES.subarray(from, to)],
    counts: [...counts.subarray(from, to)],
  };
}

/** Index of the first edge above `value`. */
function bucketOf(value: number): number {
  let low = 0;
  let high = EDGES.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (EDGES[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
