// What the metrics have in common that are a ratio of counts: how it is averaged over labels or samples.
import { type Average, type Averaged, checkAverage, weightedMean } from "../average.ts";
import { ClassificationMetric } from "../classification-metric.ts";
import type { MetricDescription } from "../metric.ts";
import { LabelCounts } from "./label-counts.ts";
import { MeanOverSamples } from "./mean-over-samples.ts";
import type { DecisionOptions } from "./options.ts";
import { type Ratio, sampleRatios } from "./sample-ratios.ts";

/**
 * `micro` pools the counts of all labels, `macro` is the plain mean over all labels, `weighted` the mean weighted by how often
 * each is present, `none` one value per label; `samples` is the mean over samples of the value of each one's labels.
 */
export type LabelAverage = Average | "samples";

const AVERAGES: readonly string[] = [
  "micro",
  "macro",
  "weighted",
  "samples",
  "none",
] satisfies LabelAverage[];

/** When a label counts as predicted, and how labels are averaged. */
export interface RatioOptions<A extends LabelAverage = "macro"> extends DecisionOptions {
  /** Default `macro`. */
  readonly average?: A | undefined;
}

/**
 * A ratio of the counts, averaged as in the reference library (torchmetrics): a label that never occurs counts in `macro`, with 0
 * where its ratio is 0 / 0. scikit-learn gives the same with `zero_division=0`; `samples`, which torchmetrics has not, is its,
 * over the samples of which anything is known, and NaN without any.
 */
export abstract class MultilabelRatioMetric<A extends LabelAverage> extends ClassificationMetric<
  LabelCounts | MeanOverSamples,
  Averaged<A>
> {
  readonly average: A;
  readonly #ratio: Ratio;

  /** @param key says which ratio it is, with its parameters; default: the name */
  protected constructor(
    description: Pick<MetricDescription, "name" | "direction">,
    options: RatioOptions<A>,
    ratio: Ratio,
    key: string = description.name,
  ) {
    const average = options.average ?? ("macro" as A);
    checkAverage(average, AVERAGES);
    super(
      { ...description, unit: "ratio" },
      average === "samples" ? sampleRatios(key, options, ratio) : new LabelCounts(options),
    );
    this.average = average;
    this.#ratio = ratio;
  }

  compute(): Averaged<A> {
    return this.#compute() as Averaged<A>;
  }

  #compute(): number | Float64Array {
    const { accumulator, average } = this;
    if (accumulator instanceof MeanOverSamples) return accumulator.mean();
    if (average === "micro") return this.#ratio(accumulator.total());
    const counts = accumulator.all();
    const ratios = Float64Array.from(counts, this.#ratio);
    if (average === "none") return ratios;
    return weightedMean(
      ratios,
      counts.map(({ tp, fn }) => (average === "weighted" ? tp + fn : 1)),
    );
  }
}
