// True and false positives of each class or label at falling score thresholds: what ranking metrics are computed from.
import { ClassificationBatch, gather } from "./classification-batch.ts";
import { type Accumulator, type MetricInput, optionError } from "./classification-metric.ts";
import type { MetricState } from "./metric.ts";
import type { BatchKind, MetricBatch } from "./metric-batch.ts";
import { type ScoreMetricOptions, scoreOptions } from "./score-options.ts";
import { FromSums, Sums, stateError, stateTensor } from "./sums.ts";
import { countAtMost, linspace } from "./thresholds.ts";

/** How exact a ranking is. */
export interface RankingThresholds {
  /**
   * Left out, the metric is exact and keeps every score: 4 (C + 1) bytes a sample, or 8 L where it may have several labels. A
   * number is that many thresholds at equal distances from 0 to 1, a list the thresholds themselves, ascending: bounded
   * memory, approximate.
   */
  readonly thresholds?: number | readonly number[] | undefined;
}

/** Those of score metrics, and how exact the ranking is. */
export interface RankingOptions extends ScoreMetricOptions, RankingThresholds {}

/** One class or label against the rest: hits and false alarms at each threshold, from the highest threshold down. */
export interface ClassPoints {
  readonly tp: ArrayLike<number>;
  readonly fp: ArrayLike<number>;
  readonly positives: number;
  readonly negatives: number;
}

/** Everything that ranking metrics know of the data, column by column of the scores; several may share one. */
export interface OperatingPoints<B extends MetricBatch = MetricBatch> extends Accumulator<B> {
  /** Classes or labels. */
  readonly columns: number;
  readonly exact: boolean;
  of(column: number): ClassPoints;
  /** All columns as if they were one. */
  pooled(): ClassPoints;
}

/** How the batches of one task are ranked. */
export interface Ranked<B extends MetricBatch> {
  readonly batches: BatchKind<MetricInput, B>;
  readonly columns: number;
  /** The options that matter, as text. */
  readonly key: string;
  /** Entries that the labels of a sample have: 1, or one for each column. */
  readonly labelWidth: number;
  /** Probabilities and labels of the samples that count. */
  rows(batch: B): Rows;
  /** Whether a sample is positive (1) or negative (0) in a column; anything else does not count. */
  truth(labels: Int32Array, sample: number, column: number): number;
}

/** Probabilities `[n, columns]` and labels `[n, labelWidth]` of some samples. */
export interface Rows {
  readonly probabilities: Float32Array;
  readonly labels: Int32Array;
}

/** Those of samples of one class each: each class against all others. */
export function multiclassPoints(options: RankingOptions): OperatingPoints<ClassificationBatch> {
  const { numClasses, ignoreIndex, scores, key } = scoreOptions(options);
  const ranked: Ranked<ClassificationBatch> = {
    batches: ClassificationBatch,
    columns: numClasses,
    key,
    labelWidth: 1,
    rows: (batch) => {
      const samples = batch.counted(numClasses, ignoreIndex);
      return {
        probabilities: gather(batch.probabilities(scores), samples, numClasses),
        labels: gather(batch.labels, samples, 1),
      };
    },
    truth: (labels, sample, column) => Number(labels[sample] === column),
  };
  return operatingPoints(ranked, options.thresholds);
}

/**
 * Exact where `thresholds` are left out, else counted in bins between them.
 * @throws ClassifierTrainingError kind "usage" `METRIC_OPTION` for thresholds that are too few, not ascending or
 * not in 0..1
 */
export function operatingPoints<B extends MetricBatch>(
  ranked: Ranked<B>,
  thresholds: RankingThresholds["thresholds"],
): OperatingPoints<B> {
  if (thresholds === undefined) return new ExactPoints(ranked);
  if (typeof thresholds === "number") {
    if (!Number.isInteger(thresholds) || thresholds < 2) {
      throw optionError(`thresholds is ${thresholds}, not an integer of at least 2`);
    }
    return new BinnedPoints(ranked, linspace(thresholds), `${thresholds}`);
  }
  const ascending = thresholds.every(
    (value, i) => value >= 0 && value <= 1 && (i === 0 || value > thresholds[i - 1]!),
  );
  if (thresholds.length === 0 || !ascending)
    throw optionError("thresholds are not ascending numbers between 0 and 1");
  const boundaries = Float32Array.from(thresholds);
  return new BinnedPoints(ranked, boundaries, `[${boundaries.join(",")}]`);
}

/** Keeps all probabilities and labels. */
class ExactPoints<B extends MetricBatch> implements OperatingPoints<B> {
  readonly key: string;
  readonly batches: BatchKind<MetricInput, B>;
  readonly exact = true;
  readonly columns: number;
  readonly #ranked: Ranked<B>;
  #chunks: Rows[] = [];

  constructor(ranked: Ranked<B>) {
    this.#ranked = ranked;
    this.batches = ranked.batches;
    this.columns = ranked.columns;
    this.key = `scores(${ranked.key})`;
  }

  update(batch: B): void {
    this.#chunks.push(this.#ranked.rows(batch));
  }

  of(column: number): ClassPoints {
    return this.#points(column, column + 1);
  }

  pooled(): ClassPoints {
    return this.#points(0, this.columns);
  }

  /** Of the columns from `first` to before `end` as one. */
  #points(first: number, end: number): ClassPoints {
    const entries = this.#samples() * (end - first);
    // Positives are packed from the front, negatives from the back, and each part is sorted.
    const scores = new Float32Array(entries);
    let positives = 0;
    let negatives = 0;
    for (const { probabilities, labels } of this.#chunks) {
      const samples = probabilities.length / this.columns;
      for (let sample = 0; sample < samples; sample++) {
        for (let column = first; column < end; column++) {
          const truth = this.#ranked.truth(labels, sample, column);
          if (truth !== 0 && truth !== 1) continue;
          const slot = truth === 1 ? positives++ : entries - ++negatives;
          scores[slot] = probabilities[sample * this.columns + column]!;
        }
      }
    }
    const hits = scores.subarray(0, positives).sort();
    const alarms = scores.subarray(entries - negatives).sort();
    const tp = [0];
    const fp = [0];
    let hit = positives;
    let alarm = negatives;
    while (hit > 0 || alarm > 0) {
      const threshold = Math.max(hits[hit - 1] ?? -1, alarms[alarm - 1] ?? -1);
      while (hit > 0 && reaches(hits[hit - 1]!, threshold)) hit--;
      while (alarm > 0 && reaches(alarms[alarm - 1]!, threshold)) alarm--;
      tp.push(positives - hit);
      fp.push(negatives - alarm);
    }
    return { tp, fp, positives, negatives };
  }

  #samples(): number {
    return this.#chunks.reduce((sum, { probabilities }) => sum + probabilities.length, 0) / this.columns;
  }

  reset(): void {
    this.#chunks = [];
  }

  state(): MetricState {
    const samples = this.#samples();
    const { labelWidth } = this.#ranked;
    const probabilities = new Float32Array(samples * this.columns);
    const labels = new Int32Array(samples * labelWidth);
    let start = 0;
    for (const chunk of this.#chunks) {
      probabilities.set(chunk.probabilities, start * this.columns);
      labels.set(chunk.labels, start * labelWidth);
      start += chunk.labels.length / labelWidth;
    }
    return {
      probabilities: { dtype: "float32", shape: [samples, this.columns], data: probabilities },
      labels: { dtype: "int32", shape: labelWidth === 1 ? [samples] : [samples, labelWidth], data: labels },
    };
  }

  load(state: MetricState): void {
    this.#chunks = [this.#rowsOf(state)];
  }

  merge(state: MetricState): void {
    this.#chunks.push(this.#rowsOf(state));
  }

  #rowsOf(state: MetricState): Rows {
    const labels = stateTensor(state, "labels", "int32");
    const samples = labels.data.length / this.#ranked.labelWidth;
    const probabilities = stateTensor(state, "probabilities", "float32", [samples, this.columns]);
    if (Object.keys(state).length !== 2) throw stateError("has more than probabilities and labels");
    return { probabilities: probabilities.data.slice(), labels: labels.data.slice() };
  }
}

/** Whether `score` is at least `threshold`; NaN, which sorts last, ranks above every number. */
function reaches(score: number, threshold: number): boolean {
  return score >= threshold || Number.isNaN(score);
}

/** Keeps a histogram of the scores between thresholds, for each column. */
class BinnedPoints<B extends MetricBatch> extends FromSums implements OperatingPoints<B> {
  readonly key: string;
  readonly batches: BatchKind<MetricInput, B>;
  readonly exact = false;
  readonly columns: number;
  readonly #ranked: Ranked<B>;
  readonly #thresholds: Float32Array;
  protected override readonly sums: Sums<"positives" | "negatives">;

  constructor(ranked: Ranked<B>, thresholds: Float32Array, named: string) {
    super();
    this.#ranked = ranked;
    this.batches = ranked.batches;
    this.columns = ranked.columns;
    this.#thresholds = thresholds;
    this.key = `score_histogram(thresholds=${named},${ranked.key})`;
    // Bin i holds the scores that reach exactly i thresholds.
    const shape = [this.columns, thresholds.length + 1];
    this.sums = new Sums({ positives: shape, negatives: shape });
  }

  update(batch: B): void {
    const { columns } = this;
    const bins = this.#thresholds.length + 1;
    const { probabilities, labels } = this.#ranked.rows(batch);
    const histograms = [this.sums.of("negatives"), this.sums.of("positives")];
    for (let i = 0; i < probabilities.length; i++) {
      const column = i % columns;
      const histogram = histograms[this.#ranked.truth(labels, (i - column) / columns, column)];
      if (histogram !== undefined)
        histogram[column * bins + countAtMost(this.#thresholds, probabilities[i]!)]!++;
    }
  }

  of(column: number): ClassPoints {
    return this.#points(column, column + 1);
  }

  pooled(): ClassPoints {
    return this.#points(0, this.columns);
  }

  /** Of the columns from `first` to before `end` as one. */
  #points(first: number, end: number): ClassPoints {
    const bins = this.#thresholds.length + 1;
    const fromTop = (name: "positives" | "negatives"): Float64Array => {
      const cumulated = new Float64Array(bins);
      const counts = this.sums.of(name).subarray(first * bins, end * bins);
      counts.forEach((count, i) => {
        cumulated[bins - 1 - (i % bins)]! += count;
      });
      for (let i = 1; i < bins; i++) cumulated[i]! += cumulated[i - 1]!;
      return cumulated;
    };
    const tp = fromTop("positives");
    const fp = fromTop("negatives");
    const last = bins - 1;
    return { tp: tp.subarray(0, last), fp: fp.subarray(0, last), positives: tp[last]!, negatives: fp[last]! };
  }
}
