// Coverage error: how far down its ranking a sample's labels reach.
import type { MultilabelMetricOptions } from "./options.ts";
import { countAtLeast, SampleRankingMetric } from "./sample-rankings.ts";

/**
 * Mean over samples of the rank of the lowest label that is present, ties counting as the worse rank (Tsoumakas et al. 2010): at
 * best the mean number of labels a sample; 0 for a sample without any. The same as torchmetrics' and as scikit-learn's
 * `coverage_error`.
 */
export class MultilabelCoverageError extends SampleRankingMetric {
  constructor(options: MultilabelMetricOptions) {
    super({ name: "coverage_error", unit: "1", direction: "lower" }, options, coverage);
  }
}

function coverage(present: readonly number[], absent: readonly number[]): number {
  if (present.length === 0) return 0;
  return present.length + countAtLeast(absent, Math.min(...present));
}
