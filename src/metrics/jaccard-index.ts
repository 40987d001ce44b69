// The Jaccard index (intersection over union) of labels and predictions.
import { type Average, type Averaged, checkAverage, safeDivide, weightedMean } from "./average.ts";
import { ClassificationMetric, type ClassificationMetricOptions } from "./classification-metric.ts";
import { ConfusionCounts } from "./confusion-matrix.ts";

/** Those of all classification metrics, and how classes are averaged. */
export interface JaccardIndexOptions<A extends Average = "macro"> extends ClassificationMetricOptions {
  /** Default `macro`. */
  readonly average?: A | undefined;
}

/**
 * Samples of a class that were predicted as it, divided by those that are of the class or were predicted as it.
 * A class that `ignoreIndex` names takes no part in the macro average.
 */
export class MulticlassJaccardIndex<A extends Average = "macro"> extends ClassificationMetric<
  ConfusionCounts,
  Averaged<A>
> {
  readonly average: A;

  constructor(options: JaccardIndexOptions<A>) {
    super({ name: "jaccard", unit: "ratio", direction: "higher" }, new ConfusionCounts(options));
    this.average = options.average ?? ("macro" as A);
    checkAverage(this.average);
  }

  compute(): Averaged<A> {
    return this.#compute() as Averaged<A>;
  }

  #compute(): number | Float64Array {
    const { counts, numClasses, ignoreIndex } = this.accumulator;
    const { labels, predictions, correct, all } = this.accumulator.totals();
    const intersection = labels.map((_, c) => counts[c * (numClasses + 1)]!);
    const union = labels.map((count, c) => count + predictions[c]! - intersection[c]!);
    if (this.average === "micro") {
      const ignored = ignoreIndex === undefined ? 0 : (union[ignoreIndex] ?? 0);
      return safeDivide(correct, 2 * all - correct - ignored);
    }
    const scores = intersection.map((count, c) => safeDivide(count, union[c]!));
    if (this.average === "none") return scores;
    const weights =
      this.average === "weighted" ? labels : union.map((count, c) => Number(count > 0 && c !== ignoreIndex));
    return weightedMean(scores, weights);
  }
}
