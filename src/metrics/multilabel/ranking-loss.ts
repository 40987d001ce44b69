// Label ranking loss: how many pairs of labels are ranked the wrong way round.
import type { MultilabelMetricOptions } from "./options.ts";
import { countAtLeast, SampleRankingMetric } from "./sample-rankings.ts";

/**
 * Mean over samples of the share of pairs, of a label that is present and one that is absent, in which the absent one ranks at
 * least as high; 0 for a sample with all labels or none. This is scikit-learn's `label_ranking_loss`. torchmetrics' is the same
 * where nothing ties; its ties depend on the order that its sort leaves.
 */
export class MultilabelRankingLoss extends SampleRankingMetric {
  constructor(options: MultilabelMetricOptions) {
    super({ name: "ranking_loss", unit: "ratio", direction: "lower" }, options, wrongPairs);
  }
}

function wrongPairs(present: readonly number[], absent: readonly number[]): number {
  if (present.length === 0 || absent.length === 0) return 0;
  const wrong = present.reduce((sum, score) => sum + countAtLeast(absent, score), 0);
  return wrong / (present.length * absent.length);
}
