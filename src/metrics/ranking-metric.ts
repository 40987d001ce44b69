// A score of each class against the rest, computed from its operating points and averaged over classes.
import { type Averaged, safeDivide } from "./average.ts";
import { ClassificationMetric, optionError } from "./classification-metric.ts";
import type { MetricDescription } from "./metric.ts";
import {
  type ClassPoints,
  type OperatingPoints,
  operatingPoints,
  type RankingOptions,
} from "./operating-points.ts";

/** As for other metrics, without `micro`; classes whose score is NaN are left out of the mean. */
export type RankingAverage = "macro" | "weighted" | "none";

/** Those of ranking metrics, and how classes are averaged. */
export interface AveragedRankingOptions<A extends RankingAverage = "macro"> extends RankingOptions {
  /** Default `macro`. */
  readonly average?: A | undefined;
}

/** Classes whose score is not defined (NaN) are left out of the mean. */
export abstract class RankingMetric<A extends RankingAverage> extends ClassificationMetric<
  OperatingPoints,
  Averaged<A>
> {
  readonly average: A;

  protected constructor(description: MetricDescription, options: AveragedRankingOptions<A>) {
    super(description, operatingPoints(options));
    this.average = options.average ?? ("macro" as A);
    if (!["macro", "weighted", "none"].includes(this.average)) {
      throw optionError(`average is ${this.average}, not one of macro, weighted, none`);
    }
  }

  /** The score of one class against the rest. */
  protected abstract score(points: ClassPoints): number;

  compute(): Averaged<A> {
    return this.#compute() as Averaged<A>;
  }

  #compute(): number | Float64Array {
    const { numClasses } = this.accumulator;
    const scores = new Float64Array(numClasses);
    let sum = 0;
    let total = 0;
    for (let c = 0; c < numClasses; c++) {
      const points = this.accumulator.of(c);
      const score = this.score(points);
      scores[c] = score;
      if (Number.isNaN(score)) continue;
      const weight = this.average === "weighted" ? points.positives : 1;
      sum += weight * score;
      total += weight;
    }
    if (this.average === "none") return scores;
    return this.average === "weighted" ? safeDivide(sum, total) : sum / total;
  }
}
