// Expected calibration error: how far confidence is from accuracy.
import { safeDivide } from "./average.ts";
import { ClassificationBatch } from "./classification-batch.ts";
import { type Accumulator, ClassificationMetric, optionError } from "./classification-metric.ts";
import { type ScoreMetricOptions, scoreOptions } from "./score-options.ts";
import { FromSums, Sums } from "./sums.ts";
import { countAtMost, linspace } from "./thresholds.ts";

/** Mean distance of accuracy and confidence, root of the mean square, or the largest of any bin. */
export type CalibrationNorm = "l1" | "l2" | "max";

/** How confidences are binned and the gaps of the bins put together. */
export interface BinningOptions {
  /** Bins of equal width between 0 and 1 (default 15). */
  readonly nBins?: number | undefined;
  /** Default `l1`. */
  readonly norm?: CalibrationNorm | undefined;
}

/** Those of score metrics, and how confidences are binned. */
export interface CalibrationErrorOptions extends ScoreMetricOptions, BinningOptions {}

/** The options with their defaults. @throws ClassifierTrainingError kind "usage" `METRIC_OPTION` */
export function binningOptions({ nBins = 15, norm = "l1" }: BinningOptions): {
  nBins: number;
  norm: CalibrationNorm;
} {
  if (!Number.isInteger(nBins) || nBins < 1)
    throw optionError(`n_bins is ${nBins}, not an integer of at least 1`);
  if (!["l1", "l2", "max"].includes(norm)) throw optionError(`norm is ${norm}, not one of l1, l2, max`);
  return { nBins, norm };
}

/** What is known of the samples whose confidence falls into one bin. */
export interface ReliabilityBin {
  readonly count: number;
  /** Mean probability of the predicted class; 0 in an empty bin. */
  readonly confidence: number;
  /** Share of right predictions; 0 in an empty bin. */
  readonly accuracy: number;
}

/** Samples, confidence and hits per bin. A bin holds its lower edge; a confidence of exactly 1 has a bin of its own. */
export class ReliabilityBins extends FromSums implements Accumulator<ClassificationBatch> {
  readonly key: string;
  readonly batches: typeof ClassificationBatch = ClassificationBatch;
  readonly #options: ReturnType<typeof scoreOptions>;
  readonly #edges: Float32Array;
  protected override readonly sums: Sums<"count" | "confidence" | "correct">;

  constructor(options: ScoreMetricOptions, nBins: number) {
    super();
    this.#options = scoreOptions(options);
    this.key = `reliability(n_bins=${nBins},${this.#options.key})`;
    this.#edges = linspace(nBins + 1);
    const shape = [nBins + 1];
    this.sums = new Sums({ count: shape, confidence: shape, correct: shape });
  }

  update(batch: ClassificationBatch): void {
    const { numClasses, ignoreIndex, scores } = this.#options;
    const probabilities = batch.probabilities(scores);
    const { labels, predicted } = batch;
    for (const sample of batch.counted(numClasses, ignoreIndex)) {
      const prediction = predicted[sample]!;
      const confidence = probabilities[sample * numClasses + prediction]!;
      const bin = binOf(this.#edges, confidence);
      this.sums.of("count")[bin]!++;
      this.sums.of("confidence")[bin]! += confidence;
      if (prediction === labels[sample]) this.sums.of("correct")[bin]!++;
    }
  }

  /** The bins, lowest confidence first; the last one is for a confidence of exactly 1. */
  bins(): ReliabilityBin[] {
    return reliabilityBins(this.sums.of("count"), this.sums.of("confidence"), this.sums.of("correct"));
  }
}

/** Bins from their samples, and the sums of confidences and of hits in each. */
export function reliabilityBins(
  counts: Float64Array,
  confidences: Float64Array,
  correct: Float64Array,
): ReliabilityBin[] {
  return Array.from(counts, (count, bin) => ({
    count,
    confidence: safeDivide(confidences[bin]!, count),
    accuracy: safeDivide(correct[bin]!, count),
  }));
}

/** The bin of a confidence, given the edges of all. */
export function binOf(edges: Float32Array, confidence: number): number {
  return Math.max(0, countAtMost(edges, confidence) - 1);
}

/**
 * Calibration error of the predicted class (Naeini et al. 2015; Guo et al. 2017): samples are binned by confidence,
 * and each bin's distance between accuracy and mean confidence is weighted by its share of the samples.
 */
export class MulticlassCalibrationError extends ClassificationMetric<ReliabilityBins, number> {
  readonly norm: CalibrationNorm;

  constructor(options: CalibrationErrorOptions) {
    const { nBins, norm } = binningOptions(options);
    super(
      { name: "calibration_error", unit: "ratio", direction: "lower" },
      new ReliabilityBins(options, nBins),
    );
    this.norm = norm;
  }

  /** The error; NaN without data. */
  compute(): number {
    return calibrationError(this.accumulator.bins(), this.norm);
  }
}

/** The error that some bins have; NaN without data. */
export function calibrationError(bins: readonly ReliabilityBin[], norm: CalibrationNorm): number {
  const samples = bins.reduce((sum, { count }) => sum + count, 0);
  const gaps = bins.map(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  if (samples === 0) return Number.NaN;
  if (norm === "max") return Math.max(...gaps);
  const power = norm === "l1" ? 1 : 2;
  const mean = gaps.reduce((sum, gap, bin) => sum + (gap ** power * bins[bin]!.count) / samples, 0);
  return mean ** (1 / power);
}
