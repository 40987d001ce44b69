// Confidence intervals of metrics by the bootstrap, gathered in the same pass over the data.
import { ClassifierTrainingError, fnv1a, philox4x32 } from "../core/index.ts";
import { type ClassificationMetric, type MetricInput, optionError } from "./classification-metric.ts";
import type { MetricCollection } from "./collection.ts";
import type { MetricState, MetricValue } from "./metric.ts";
import { Sums } from "./sums.ts";

/** How many replicates, how wide an interval, and from which random numbers. */
export interface BootstrapOptions {
  /** Replicates of the data (default 1000). */
  readonly replicates?: number | undefined;
  /** Coverage of the interval, between 0 and 1 (default 0.95). */
  readonly confidence?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Position of the first sample in the whole data, where this is one part of it, to be merged; default 0. */
  readonly firstPosition?: number | undefined;
}

/** A metric with the percentiles of its replicates that enclose the wanted share of them. */
export interface Interval {
  /** The metric of the data itself. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Standard deviation over the replicates. */
  readonly standardError: number;
}

/** An interval for a number, and one for each class for a per-class metric. */
export type IntervalOf<V extends MetricValue> = V extends number
  ? Interval
  : V extends Float64Array
    ? Interval[]
    : undefined;

/**
 * Percentile intervals from the Poisson bootstrap (Hanley and MacGibbon 2006): in each replicate every sample occurs
 * a Poisson(1) number of times. That number depends on seed, replicate and the position of the sample alone, so neither
 * batch size nor a resumed run changes the result.
 */
export class Bootstrap<M extends Readonly<Record<string, ClassificationMetric>>> {
  readonly confidence: number;
  readonly #data: MetricCollection<M>;
  readonly #replicates: readonly MetricCollection<M>[];
  readonly #key: readonly [number, number];
  readonly #firstPosition: number;
  readonly #samples = new Sums({ samples: [] });

  /** @param metrics makes the metrics, new ones at each call */
  constructor(metrics: () => MetricCollection<M>, options: BootstrapOptions = {}) {
    const { replicates = 1000, confidence = 0.95, seed = 0, firstPosition = 0 } = options;
    if (!Number.isInteger(replicates) || replicates < 2)
      throw optionError(`replicates is ${replicates}, not an integer of at least 2`);
    if (!(confidence > 0 && confidence < 1))
      throw optionError(`confidence is ${confidence}, not between 0 and 1`);
    this.confidence = confidence;
    this.#data = metrics();
    this.#replicates = Array.from({ length: replicates }, metrics);
    this.#key = [seed >>> 0, fnv1a("bootstrap")];
    this.#firstPosition = firstPosition;
  }

  /**
   * @param input scores `[N, C]` or predicted classes `[N]`, and class indices `[N]`; or for several labels a sample, scores
   * `[N, L]` and targets `[N, L]`
   */
  update(...input: MetricInput): void {
    const batch = this.#data.batchOf(...input);
    if (batch === undefined) return;
    this.#data.updateBatch(batch);
    const first = this.#firstPosition + this.#samples.of("samples")[0]!;
    const { size } = batch;
    const counts = new Uint8Array(4 * size);
    const words = new Uint32Array(4);
    for (let group = 0; group < this.#replicates.length; group += 4) {
      for (let sample = 0; sample < size; sample++) {
        const position = first + sample;
        philox4x32([position >>> 0, Math.floor(position / 2 ** 32), group, 0], this.#key, words);
        for (let lane = 0; lane < 4; lane++) counts[lane * size + sample] = poisson(words[lane]!);
      }
      this.#replicates.slice(group, group + 4).forEach((replicate, lane) => {
        replicate.updateBatch(batch.select(repeat(counts.subarray(lane * size, (lane + 1) * size))));
      });
    }
    this.#samples.of("samples")[0]! += size;
  }

  /** Intervals by metric name; tables have none. */
  compute(): { readonly [K in keyof M]: IntervalOf<ReturnType<M[K]["compute"]>> } {
    const values: Record<string, MetricValue> = this.#data.compute();
    const replicates: Record<string, MetricValue>[] = this.#replicates.map((replicate) =>
      replicate.compute(),
    );
    const intervals = Object.entries(values).map(([name, value]) => {
      if (typeof value === "number")
        return [
          name,
          this.#interval(
            value,
            replicates.map((replicate) => replicate[name] as number),
          ),
        ];
      if (!(value instanceof Float64Array)) return [name, undefined];
      const perClass = Array.from(value, (one, c) =>
        this.#interval(
          one,
          replicates.map((replicate) => (replicate[name] as Float64Array)[c]!),
        ),
      );
      return [name, perClass];
    });
    return Object.fromEntries(intervals) as { [K in keyof M]: IntervalOf<ReturnType<M[K]["compute"]>> };
  }

  #interval(value: number, replicates: number[]): Interval {
    const sorted = Float64Array.from(replicates.filter((replicate) => !Number.isNaN(replicate))).sort();
    const tail = (1 - this.confidence) / 2;
    const mean = sorted.reduce((sum, x) => sum + x, 0) / sorted.length;
    const variance = sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sorted.length - 1);
    return {
      value,
      low: quantile(sorted, tail),
      high: quantile(sorted, 1 - tail),
      standardError: Math.sqrt(variance),
    };
  }

  reset(): void {
    for (const part of this.#parts().values()) part.reset();
  }

  state(): MetricState {
    return Object.fromEntries(
      [...this.#parts()].flatMap(([prefix, part]) =>
        Object.entries(part.state()).map(([name, tensor]) => [`${prefix}/${name}`, tensor]),
      ),
    );
  }

  /** @throws ClassifierTrainingError `METRIC_STATE` */
  load(state: MetricState): void {
    for (const [part, own] of this.#partsOf(state)) part.load(own);
  }

  /**
   * Adds what another one has gathered from other samples; parts with a `firstPosition` of their own give the
   * intervals of one pass.
   * @throws ClassifierTrainingError `METRIC_STATE`
   */
  merge(state: MetricState): void {
    for (const [part, own] of this.#partsOf(state)) part.merge(own);
  }

  #partsOf(state: MetricState): [Part, MetricState][] {
    const parts = this.#parts();
    const split = new Map<string, Record<string, MetricState[string]>>(
      [...parts.keys()].map((prefix) => [prefix, {}]),
    );
    for (const [name, tensor] of Object.entries(state)) {
      const slash = name.indexOf("/");
      const part = split.get(name.slice(0, slash));
      if (part === undefined) {
        throw new ClassifierTrainingError(
          "failure",
          "METRIC_STATE",
          `the saved metric state has "${name}", which is of no replicate here`,
        );
      }
      part[name.slice(slash + 1)] = tensor;
    }
    return [...parts].map(([prefix, part]) => [part, split.get(prefix)!]);
  }

  /** Everything that is saved, by the prefix it is saved under. */
  #parts(): Map<string, Part> {
    return new Map<string, Part>([
      ["position", this.#samples],
      ["data", this.#data],
      ...this.#replicates.map((replicate, i) => [`${i}`, replicate] as const),
    ]);
  }
}

type Part = Pick<MetricCollection, "reset" | "state" | "load" | "merge">;

/** P(X <= k) of Poisson(1), times 2^32. */
const POISSON_LIMITS = (() => {
  const limits: number[] = [];
  let term = Math.exp(-1);
  let cumulated = 0;
  for (let k = 0; cumulated * 2 ** 32 < 2 ** 32 - 1 && k < 13; k++) {
    cumulated += term;
    term /= k + 1;
    limits.push(cumulated * 2 ** 32);
  }
  return limits;
})();

/** A Poisson(1) number from a uniform 32-bit word. */
function poisson(word: number): number {
  let k = 0;
  while (k < POISSON_LIMITS.length && word >= POISSON_LIMITS[k]!) k++;
  return k;
}

/** The index of each sample as often as `counts` says. */
function repeat(counts: Uint8Array): Int32Array {
  const indices = new Int32Array(counts.reduce((sum, count) => sum + count, 0));
  let end = 0;
  for (let sample = 0; sample < counts.length; sample++) {
    for (let k = 0; k < counts[sample]!; k++) indices[end++] = sample;
  }
  return indices;
}

/** Quantile of ascending values by linear interpolation; NaN of none. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
