// True and false positives of each class at falling score thresholds: what ranking metrics are computed from.
import type { ClassificationBatch } from "./classification-batch.ts";
import { type Accumulator, optionError } from "./classification-metric.ts";
import type { MetricState } from "./metric.ts";
import { type ScoreMetricOptions, scoreOptions } from "./score-options.ts";
import { FromSums, Sums, stateError, stateTensor } from "./sums.ts";
import { countAtMost, linspace } from "./thresholds.ts";

/** Those of score metrics, and how exact the ranking is. */
export interface RankingOptions extends ScoreMetricOptions {
  /**
   * Left out, the metric is exact and keeps every score: 4 (C + 1) bytes a sample. A number is that many thresholds at
   * equal distances from 0 to 1, a list the thresholds themselves, ascending: bounded memory, approximate.
   */
  readonly thresholds?: number | readonly number[] | undefined;
}

/** One class against the rest: hits and false alarms at each threshold, from the highest threshold down. */
export interface ClassPoints {
  readonly tp: ArrayLike<number>;
  readonly fp: ArrayLike<number>;
  readonly positives: number;
  readonly negatives: number;
}

/** Everything that ranking metrics know of the data, class by class; several may share one. */
export interface OperatingPoints extends Accumulator {
  readonly numClasses: number;
  readonly exact: boolean;
  of(c: number): ClassPoints;
}

/**
 * Exact where `thresholds` are left out, else counted in bins between them.
 * @throws ClassifierTrainingError kind "usage" `METRIC_OPTION` for thresholds that are too few, not ascending or
 * not in 0..1
 */
export function operatingPoints(options: RankingOptions): OperatingPoints {
  const { thresholds } = options;
  if (thresholds === undefined) return new ExactPoints(options);
  if (typeof thresholds === "number") {
    if (!Number.isInteger(thresholds) || thresholds < 2) {
      throw optionError(`thresholds is ${thresholds}, not an integer of at least 2`);
    }
    return new BinnedPoints(options, linspace(thresholds));
  }
  const ascending = thresholds.every(
    (value, i) => value >= 0 && value <= 1 && (i === 0 || value > thresholds[i - 1]!),
  );
  if (thresholds.length === 0 || !ascending)
    throw optionError("thresholds are not ascending numbers between 0 and 1");
  return new BinnedPoints(options, Float32Array.from(thresholds));
}

/** Probabilities and labels of some samples. */
interface Chunk {
  readonly probabilities: Float32Array;
  readonly labels: Int32Array;
}

/** Keeps all probabilities and labels. */
class ExactPoints implements OperatingPoints {
  readonly key: string;
  readonly exact = true;
  readonly numClasses: number;
  readonly #options: ReturnType<typeof scoreOptions>;
  #chunks: Chunk[] = [];

  constructor(options: RankingOptions) {
    this.#options = scoreOptions(options);
    this.numClasses = this.#options.numClasses;
    this.key = `scores(${this.#options.key})`;
  }

  update(batch: ClassificationBatch): void {
    const { numClasses, ignoreIndex, scores } = this.#options;
    const samples = batch.counted(numClasses, ignoreIndex);
    const all = batch.probabilities(scores);
    const probabilities = new Float32Array(samples.length * numClasses);
    samples.forEach((sample, i) => {
      probabilities.set(all.subarray(sample * numClasses, (sample + 1) * numClasses), i * numClasses);
    });
    this.#chunks.push({ probabilities, labels: samples.map((sample) => batch.labels[sample]!) });
  }

  of(c: number): ClassPoints {
    const samples = this.#chunks.reduce((sum, { labels }) => sum + labels.length, 0);
    // Positives are packed from the front, negatives from the back, and each part is sorted.
    const scores = new Float32Array(samples);
    let positives = 0;
    let negatives = 0;
    for (const { probabilities, labels } of this.#chunks) {
      for (let i = 0; i < labels.length; i++) {
        const slot = labels[i] === c ? positives++ : samples - ++negatives;
        scores[slot] = probabilities[i * this.numClasses + c]!;
      }
    }
    const hits = scores.subarray(0, positives).sort();
    const alarms = scores.subarray(positives).sort();
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

  reset(): void {
    this.#chunks = [];
  }

  state(): MetricState {
    const samples = this.#chunks.reduce((sum, chunk) => sum + chunk.labels.length, 0);
    const probabilities = new Float32Array(samples * this.numClasses);
    const labels = new Int32Array(samples);
    let start = 0;
    for (const chunk of this.#chunks) {
      probabilities.set(chunk.probabilities, start * this.numClasses);
      labels.set(chunk.labels, start);
      start += chunk.labels.length;
    }
    return {
      probabilities: { dtype: "float32", shape: [samples, this.numClasses], data: probabilities },
      labels: { dtype: "int32", shape: [samples], data: labels },
    };
  }

  load(state: MetricState): void {
    this.#chunks = [this.#chunkOf(state)];
  }

  merge(state: MetricState): void {
    this.#chunks.push(this.#chunkOf(state));
  }

  #chunkOf(state: MetricState): Chunk {
    const labels = stateTensor(state, "labels", "int32");
    const samples = labels.data.length;
    const probabilities = stateTensor(state, "probabilities", "float32", [samples, this.numClasses]);
    if (Object.keys(state).length !== 2) throw stateError("has more than probabilities and labels");
    return { probabilities: probabilities.data.slice(), labels: labels.data.slice() };
  }
}

/** Whether `score` is at least `threshold`; NaN, which sorts last, ranks above every number. */
function reaches(score: number, threshold: number): boolean {
  return score >= threshold || Number.isNaN(score);
}

/** Keeps a histogram of the scores between thresholds, for each class. */
class BinnedPoints extends FromSums implements OperatingPoints {
  readonly key: string;
  readonly exact = false;
  readonly numClasses: number;
  readonly #options: ReturnType<typeof scoreOptions>;
  readonly #thresholds: Float32Array;
  protected override readonly sums: Sums<"positives" | "negatives">;

  constructor(options: RankingOptions, thresholds: Float32Array) {
    super();
    this.#options = scoreOptions(options);
    this.numClasses = this.#options.numClasses;
    this.#thresholds = thresholds;
    const named = typeof options.thresholds === "number" ? options.thresholds : `[${thresholds.join(",")}]`;
    this.key = `score_histogram(thresholds=${named},${this.#options.key})`;
    // Bin i holds the scores that reach exactly i thresholds.
    const shape = [this.numClasses, thresholds.length + 1];
    this.sums = new Sums({ positives: shape, negatives: shape });
  }

  update(batch: ClassificationBatch): void {
    const { numClasses, ignoreIndex, scores } = this.#options;
    const bins = this.#thresholds.length + 1;
    const probabilities = batch.probabilities(scores);
    const positives = this.sums.of("positives");
    const negatives = this.sums.of("negatives");
    for (const sample of batch.counted(numClasses, ignoreIndex)) {
      const label = batch.labels[sample]!;
      for (let c = 0; c < numClasses; c++) {
        const bin = countAtMost(this.#thresholds, probabilities[sample * numClasses + c]!);
        const histogram = c === label ? positives : negatives;
        histogram[c * bins + bin]!++;
      }
    }
  }

  of(c: number): ClassPoints {
    const bins = this.#thresholds.length + 1;
    const fromTop = (name: "positives" | "negatives"): Float64Array => {
      const cumulated = this.sums
        .of(name)
        .slice(c * bins, (c + 1) * bins)
        .reverse();
      for (let i = 1; i < bins; i++) cumulated[i]! += cumulated[i - 1]!;
      return cumulated;
    };
    const tp = fromTop("positives");
    const fp = fromTop("negatives");
    const last = bins - 1;
    return { tp: tp.subarray(0, last), fp: fp.subarray(0, last), positives: tp[last]!, negatives: fp[last]! };
  }
}
