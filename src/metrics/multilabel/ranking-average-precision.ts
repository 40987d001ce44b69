// Label ranking average precision: how high a sample's labels are in its ranking.
import type { MultilabelMetricOptions } from "./options.ts";
import { countAtLeast, SampleRankingMetric } from "./sample-rankings.ts";

/**
 * Mean over samples of the mean over labels that are present of the share of such labels among those ranked at least as high; 1
 * for a sample with all labels or none. The same as torchmetrics' and as scikit-learn's
 * `label_ranking_average_precision_score`.
 */
export class MultilabelRankingAveragePrecision extends SampleRankingMetric {
  constructor(options: MultilabelMetricOptions) {
    super({ name: "ranking_average_precision", unit: "ratio", direction: "higher" }, options, precision);
  }
}

function precision(present: readonly number[], absent: readonly number[]): number {
  if (present.length === 0) return 1;
  const shares = present.map((score) => {
    const hits = countAtLeast(present, score);
    return hits / (hits + countAtLeast(absent, score));
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
