// Calibration error of several labels: how far each one's probabilities are from how often it is present.
import { UNKNOWN } from "../../core/index.ts";
import { type Averaged, checkAverage, meanOfDefined } from "../average.ts";
import {
  type BinningOptions,
  binningOptions,
  binOf,
  type CalibrationNorm,
  calibrationError,
  type ReliabilityBin,
  reliabilityBins,
} from "../calibration-error.ts";
import { type Accumulator, ClassificationMetric } from "../classification-metric.ts";
import { FromSums, Sums } from "../sums.ts";
import { linspace } from "../thresholds.ts";
import { MultilabelBatch } from "./multilabel-batch.ts";
import { type CheckedOptions, checkedOptions, type MultilabelMetricOptions } from "./options.ts";

/** What the scores are, how probabilities are binned, and whether there is one value or one for each label. */
export interface LabelCalibrationOptions<A extends "macro" | "none" = "macro">
  extends MultilabelMetricOptions,
    BinningOptions {
  /** Default `macro`: the mean over the labels of which anything is known. */
  readonly average?: A | undefined;
}

/** Entries, probabilities and present labels per label and bin. A bin holds its lower edge; a probability of 1 has its own. */
export class LabelReliability extends FromSums implements Accumulator<MultilabelBatch> {
  readonly key: string;
  readonly batches: typeof MultilabelBatch = MultilabelBatch;
  readonly numLabels: number;
  readonly #options: CheckedOptions;
  readonly #edges: Float32Array;
  protected override readonly sums: Sums<"count" | "confidence" | "present">;

  constructor(options: MultilabelMetricOptions, nBins: number) {
    super();
    this.#options = checkedOptions(options);
    this.numLabels = this.#options.numLabels;
    this.key = `reliability(n_bins=${nBins},${this.#options.key})`;
    this.#edges = linspace(nBins + 1);
    const shape = [this.numLabels, nBins + 1];
    this.sums = new Sums({ count: shape, confidence: shape, present: shape });
  }

  update(batch: MultilabelBatch): void {
    const { numLabels } = this;
    const probabilities = batch.probabilities(this.#options.scores, numLabels);
    batch.targets.forEach((target, i) => {
      if (target === UNKNOWN) return;
      const bin = (i % numLabels) * this.#edges.length + binOf(this.#edges, probabilities[i]!);
      this.sums.of("count")[bin]!++;
      this.sums.of("confidence")[bin]! += probabilities[i]!;
      this.sums.of("present")[bin]! += target;
    });
  }

  /** The bins of a label, lowest probability first; `accuracy` is the share of entries that are present. */
  bins(label: number): ReliabilityBin[] {
    const own = (name: "count" | "confidence" | "present"): Float64Array =>
      this.sums.of(name).subarray(label * this.#edges.length, (label + 1) * this.#edges.length);
    return reliabilityBins(own("count"), own("confidence"), own("present"));
  }
}

/**
 * Of each label the calibration error that torchmetrics' `BinaryCalibrationError` has: its known entries are binned by
 * probability, and each bin's distance between mean probability and share of present ones is weighted by its share of the
 * entries. Labels of which nothing is known are NaN and left out of the mean. torchmetrics has none for several labels.
 */
export class MultilabelCalibrationError<A extends "macro" | "none" = "macro"> extends ClassificationMetric<
  LabelReliability,
  Averaged<A>
> {
  readonly norm: CalibrationNorm;
  readonly average: A;

  constructor(options: LabelCalibrationOptions<A>) {
    const { nBins, norm } = binningOptions(options);
    super(
      { name: "calibration_error", unit: "ratio", direction: "lower" },
      new LabelReliability(options, nBins),
    );
    this.norm = norm;
    this.average = options.average ?? ("macro" as A);
    checkAverage(this.average, ["macro", "none"]);
  }

  compute(): Averaged<A> {
    const errors = Float64Array.from({ length: this.accumulator.numLabels }, (_, label) =>
      calibrationError(this.accumulator.bins(label), this.norm),
    );
    return (this.average === "none" ? errors : meanOfDefined(errors)) as Averaged<A>;
  }
}
