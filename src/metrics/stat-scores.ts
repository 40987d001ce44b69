// True and false positives and negatives of each class, and the metrics that are a ratio of them.
import type { HostTensor } from "../core/index.ts";
import { type Average, type Averaged, checkAverage, weightedMean } from "./average.ts";
import { ClassificationBatch } from "./classification-batch.ts";
import {
  type Accumulator,
  ClassificationMetric,
  type ClassificationMetricOptions,
  checkNumClasses,
  optionError,
} from "./classification-metric.ts";
import type { MetricDescription } from "./metric.ts";
import { FromSums, Sums } from "./sums.ts";

/** Those of all classification metrics, how classes are averaged, and what counts as predicted. */
export interface StatScoreOptions<A extends Average = "macro"> extends ClassificationMetricOptions {
  /** Default `macro`. */
  readonly average?: A | undefined;
  /**
   * A label among the `topK` highest scores counts as predicted (default 1); otherwise the highest score is the
   * prediction.
   */
  readonly topK?: number | undefined;
}

/** Counts of one class, or of all classes together. */
export interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** Per-class counts; every averaged metric of one `topK` reads the same ones. */
export class StatScoreCounts extends FromSums implements Accumulator<ClassificationBatch> {
  readonly key: string;
  readonly batches: typeof ClassificationBatch = ClassificationBatch;
  readonly numClasses: number;
  readonly topK: number;
  readonly #ignoreIndex: number | undefined;
  protected override readonly sums: Sums<"tp" | "predicted" | "labels" | "samples">;

  constructor({ numClasses, topK = 1, ignoreIndex }: Omit<StatScoreOptions<Average>, "average">) {
    super();
    checkNumClasses(numClasses);
    if (!Number.isInteger(topK) || topK < 1 || topK > numClasses) {
      throw optionError(`top_k is ${topK}, not an integer between 1 and the ${numClasses} classes`);
    }
    this.key = `stat_scores(num_classes=${numClasses},top_k=${topK},ignore_index=${ignoreIndex ?? "none"})`;
    this.numClasses = numClasses;
    this.topK = topK;
    this.#ignoreIndex = ignoreIndex;
    this.sums = new Sums({ tp: [numClasses], predicted: [numClasses], labels: [numClasses], samples: [] });
  }

  update(batch: ClassificationBatch): void {
    const tp = this.sums.of("tp");
    const predictedCounts = this.sums.of("predicted");
    const labelCounts = this.sums.of("labels");
    const samples = batch.counted(this.numClasses, this.#ignoreIndex);
    const { labels, predicted } = batch;
    const ranks = this.topK > 1 ? batch.ranks : undefined;
    for (const sample of samples) {
      const label = labels[sample]!;
      const prediction = ranks !== undefined && ranks[sample]! < this.topK ? label : predicted[sample]!;
      labelCounts[label]!++;
      predictedCounts[prediction]!++;
      if (prediction === label) tp[label]!++;
    }
    this.sums.of("samples")[0]! += samples.length;
  }

  /** The counts of one class. */
  of(c: number): Counts {
    const tp = this.sums.of("tp")[c]!;
    const fp = this.sums.of("predicted")[c]! - tp;
    const fn = this.support[c]! - tp;
    return { tp, fp, fn, tn: this.sums.of("samples")[0]! - tp - fp - fn };
  }

  /** The counts of each class. */
  all(): Counts[] {
    return Array.from({ length: this.numClasses }, (_, c) => this.of(c));
  }

  /** The counts of all classes added up. */
  total(): Counts {
    const total = { tp: 0, fp: 0, tn: 0, fn: 0 };
    for (let c = 0; c < this.numClasses; c++) {
      const counts = this.of(c);
      for (const name of ["tp", "fp", "tn", "fn"] as const) total[name] += counts[name];
    }
    return total;
  }

  /** Number of labels of each class. */
  get support(): Float64Array {
    return this.sums.of("labels");
  }
}

/**
 * Which classes the macro average is over: those that occur as a label or a prediction, or, when `topK` is above 1,
 * only those that occur as a label.
 */
export type MacroClasses = "occurring" | "labels-when-top-k";

/** A ratio of the counts, averaged over classes. */
export abstract class StatScoreMetric<A extends Average> extends ClassificationMetric<
  StatScoreCounts,
  Averaged<A>
> {
  readonly average: A;

  readonly #macro: MacroClasses;

  protected constructor(
    description: MetricDescription,
    options: StatScoreOptions<A>,
    macro: MacroClasses = "occurring",
  ) {
    super(description, new StatScoreCounts(options));
    this.#macro = macro;
    this.average = options.average ?? ("macro" as A);
    checkAverage(this.average);
  }

  /** The score for the counts of one class, or of all classes pooled. */
  protected abstract score(counts: Counts): number;

  compute(): Averaged<A> {
    return this.#compute() as Averaged<A>;
  }

  #compute(): number | Float64Array {
    const { accumulator, average } = this;
    if (average === "micro") return this.score(accumulator.total());
    const counts = accumulator.all();
    const scores = Float64Array.from(counts, (count) => this.score(count));
    if (average === "none") return scores;
    if (average === "weighted") return weightedMean(scores, accumulator.support);
    const labelsOnly = this.#macro === "labels-when-top-k" && accumulator.topK > 1;
    const weights = counts.map(({ tp, fp, fn }) => Number(tp + fn + (labelsOnly ? 0 : fp) > 0));
    return weightedMean(scores, weights);
  }
}

/**
 * Counts of true positives, false positives, true negatives, false negatives and labels, in this order:
 * `[5]`, or `[C, 5]` with average `none`. `macro` is the mean over all C classes.
 */
export class MulticlassStatScores extends ClassificationMetric<StatScoreCounts, HostTensor<"float64">> {
  readonly average: Average;

  constructor(options: StatScoreOptions<Average>) {
    super({ name: "stat_scores", unit: "count", direction: "none" }, new StatScoreCounts(options));
    this.average = options.average ?? "macro";
    checkAverage(this.average);
  }

  compute(): HostTensor<"float64"> {
    return statScores(this.accumulator.all(), this.average);
  }
}

/** The table of the counts of each class or label, `[C, 5]`, or averaged, `[5]`. */
export function statScores(counts: readonly Counts[], average: Average): HostTensor<"float64"> {
  const table = Float64Array.from(counts.flatMap(({ tp, fp, tn, fn }) => [tp, fp, tn, fn, tp + fn]));
  if (average === "none") return { dtype: "float64", shape: [counts.length, 5], data: table };
  const all = counts.reduce((sum, { tp, fn }) => sum + tp + fn, 0);
  const weights = counts.map(({ tp, fn }) =>
    average === "micro" ? 1 : average === "macro" ? 1 / counts.length : (tp + fn) / all,
  );
  const pooled = new Float64Array(5);
  table.forEach((count, i) => {
    pooled[i % 5]! += weights[Math.floor(i / 5)]! * count;
  });
  return { dtype: "float64", shape: [5], data: pooled };
}
