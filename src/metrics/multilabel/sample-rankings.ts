// The mean over samples of how well each one's labels are ranked.
import { PRESENT, UNKNOWN } from "../../core/index.ts";
import { ClassificationMetric } from "../classification-metric.ts";
import type { MetricDescription } from "../metric.ts";
import { MeanOverSamples } from "./mean-over-samples.ts";
import { checkedOptions, type MultilabelMetricOptions } from "./options.ts";

/** What a sample's ranking is worth: the probabilities of the labels that it has, and of those that it has not. */
export type Ranking = (present: readonly number[], absent: readonly number[]) => number;

/** The mean over the samples of which anything is known; NaN without data. Labels that are not known are not ranked. */
export abstract class SampleRankingMetric extends ClassificationMetric<MeanOverSamples, number> {
  protected constructor(description: MetricDescription, options: MultilabelMetricOptions, ranking: Ranking) {
    const { numLabels, scores, key } = checkedOptions(options);
    const accumulator = new MeanOverSamples(`${description.name}(${key})`, (batch) => {
      const probabilities = batch.probabilities(scores, numLabels);
      const values: number[] = [];
      for (let start = 0; start < probabilities.length; start += numLabels) {
        const present: number[] = [];
        const absent: number[] = [];
        for (let i = start; i < start + numLabels; i++) {
          const target = batch.targets[i];
          if (target !== UNKNOWN) (target === PRESENT ? present : absent).push(probabilities[i]!);
        }
        if (present.length + absent.length > 0) values.push(ranking(present, absent));
      }
      return values;
    });
    super(description, accumulator);
  }

  compute(): number {
    return this.accumulator.mean();
  }
}

/** How many of the probabilities are at least `limit`. */
export function countAtLeast(probabilities: readonly number[], limit: number): number {
  return probabilities.reduce((count, probability) => count + Number(probability >= limit), 0);
}
