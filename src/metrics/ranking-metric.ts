// A score of each class or label against the rest, computed from its operating points and averaged.
import { type Averaged, checkAverage, safeDivide } from "./average.ts";
import { ClassificationMetric } from "./classification-metric.ts";
import type { ClassPoints, OperatingPoints, RankingOptions } from "./operating-points.ts";

/** As for other metrics, without `micro`; classes whose score is NaN are left out of the mean. */
export type RankingAverage = "macro" | "weighted" | "none";

/** Those of ranking metrics, and how classes are averaged. */
export interface AveragedRankingOptions<A extends RankingAverage = "macro"> extends RankingOptions {
  /** Default `macro`. */
  readonly average?: A | undefined;
}

/** The score of one class or label against the rest; `exact` says that every score was kept. */
export type RankingScore = (points: ClassPoints, exact: boolean) => number;

/** Classes or labels whose score is not defined (NaN) are left out of the mean. */
export abstract class RankingMetric<
  P extends OperatingPoints,
  A extends RankingAverage | "micro",
> extends ClassificationMetric<P, Averaged<A>> {
  readonly average: A;
  readonly #score: RankingScore;

  protected constructor(
    name: string,
    points: P,
    score: RankingScore,
    average: A,
    averages: readonly string[] = ["macro", "weighted", "none"] satisfies RankingAverage[],
  ) {
    super({ name, unit: "ratio", direction: "higher" }, points);
    checkAverage(average, averages);
    this.average = average;
    this.#score = score;
  }

  compute(): Averaged<A> {
    return this.#compute() as Averaged<A>;
  }

  #compute(): number | Float64Array {
    const { columns, exact } = this.accumulator;
    if (this.average === "micro") return this.#score(this.accumulator.pooled(), exact);
    const scores = new Float64Array(columns);
    let sum = 0;
    let total = 0;
    for (let c = 0; c < columns; c++) {
      const points = this.accumulator.of(c);
      const score = this.#score(points, exact);
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
